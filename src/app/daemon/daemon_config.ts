/** Settings and flags to what a daemon works with. */
import type { LogLevel } from "../../base/log.ts";
import type { Settings } from "../../config/settings.ts";
import type { PruneSettings } from "../background/auto_prune.ts";
import { type IntakePlan, intakePlanOf } from "../intake.ts";
import type { KeyPaths } from "../session/keys.ts";
import { keyPathsOf, networkOptionsOf, type NetworkSettings } from "../session/network_options.ts";

/** What the command line of a daemon says besides settings. */
export interface DaemonFlags {
  /** `watch` syncs with all peers again and again; `serve` only answers those that come. */
  readonly mode: "watch" | "serve";
  /** Most entries in one request. */
  readonly limit: number;
  /** Whether to send this device's own entries too. */
  readonly push: boolean;
  /** Take no connections. */
  readonly noServe: boolean;
  /** From the start of a round to the start of the next. */
  readonly intervalSec: number;
}

/** All of it; two equal ones make equal daemons. */
export interface DaemonConfig {
  readonly dbPath: string;
  /** The file that the settings were read from, whether or not it is there. */
  readonly configPath: string;
  readonly mode: "watch" | "serve";
  readonly keys: KeyPaths;
  readonly network: NetworkSettings;
  readonly push: boolean;
  readonly noServe: boolean;
  readonly intervalMs: number;
  readonly startJitterMs: number;
  readonly intake: IntakePlan;
  readonly prune: PruneSettings;
  readonly metricsBind: string | undefined;
  readonly logLevel: LogLevel;
  readonly logFormat: "text" | "json";
}

/** What cannot be changed while the daemon runs, by the name a person knows it under. */
const FIXED = {
  dbPath: "db_path",
  metricsBind: "metrics_bind",
  logLevel: "log_level",
  logFormat: "log_format",
} as const;

/** The configuration that settings and flags make. */
export function daemonConfigOf(settings: Settings, flags: DaemonFlags): DaemonConfig {
  const network = networkOptionsOf(settings);
  return {
    dbPath: settings.dbPath,
    configPath: settings.configPath,
    mode: flags.mode,
    keys: keyPathsOf(settings),
    network: {
      ...network,
      // It is the original's command, run beside devices of the original, which must find it.
      inTheOpen: flags.mode === "serve" ? true : undefined,
      sync: { ...network.sync, limit: flags.limit, push: flags.push },
    },
    push: flags.push,
    noServe: flags.noServe,
    intervalMs: Math.max(1, flags.intervalSec) * 1000,
    startJitterMs: settings.p2pWatchStartJitterSec * 1000,
    intake: intakePlanOf(settings),
    prune: {
      autoPrune: settings.autoPrune,
      autoPruneDays: settings.autoPruneDays,
      autoPruneIntervalSec: settings.autoPruneIntervalSec,
      autoPruneKeepRecent: settings.autoPruneKeepRecent,
      autoPruneMarkerPath: settings.autoPruneMarkerPath,
      deviceId: settings.deviceId,
    },
    metricsBind: settings.metricsBind,
    logLevel: settings.logLevel,
    logFormat: settings.logFormat,
  };
}

/** What a new configuration means for a running daemon. */
export interface ConfigChange {
  /** Whether anything changed that takes effect now. */
  readonly applies: boolean;
  /** Keys that were changed and take effect only after a restart. */
  readonly needsRestart: readonly string[];
  /** The new configuration, with what cannot change as it was. */
  readonly config: DaemonConfig;
}

/** Compares two configurations. */
export function compareConfigs(before: DaemonConfig, after: DaemonConfig): ConfigChange {
  const fixed = Object.keys(FIXED) as (keyof typeof FIXED)[];
  const needsRestart = fixed.filter((name) => before[name] !== after[name]).map((name) =>
    FIXED[name]
  );
  const kept = Object.fromEntries(fixed.map((name) => [name, before[name]]));
  const intake = { ...after.intake, folder: before.intake.folder };
  const config = { ...after, ...kept, intake } as DaemonConfig;
  return { applies: JSON.stringify(before) !== JSON.stringify(config), needsRestart, config };
}
