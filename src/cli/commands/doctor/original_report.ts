/** The report of the original's doctor: the same keys in the same order. */
import { causeChain } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";
import { compilePattern } from "../../../capture/pattern.ts";
import type { Settings } from "../../../config/settings.ts";
import type { SettingName } from "../../../config/schema.ts";
import { parseRelayAddr } from "../../../net/addrs/addrs.ts";
import { loadIdentity } from "../../../net/keys/identity.ts";
import { loadSwarmKey, swarmKeyFingerprint } from "../../../net/keys/swarm_key.ts";
import { type Duty, type DutyState, dutyState } from "../../../app/background/turn.ts";
import type { TrackerState } from "../../machine/tracker_state.ts";

/** A section that is whole, or says why not: then all members but `error` are null. */
type Section<T> =
  | ({ readonly [K in keyof T]: T[K] } & { readonly error: null })
  | ({ readonly [K in keyof T]: null } & { readonly error: string });

/** How requests are tried again. */
export interface RetrySection {
  readonly attempts: number;
  readonly timeout_base_sec: number;
  readonly timeout_cap_sec: number;
  readonly backoff_base_ms: number;
}

/** A duty done now and then. */
export interface DutySection {
  readonly enabled: boolean;
  readonly interval_sec: number;
  readonly marker_path: string;
  readonly last_trigger_unix: number | null;
  readonly next_due_in_sec: number;
}

/** What was found of a key file. */
export interface KeySection {
  readonly path: string;
  readonly exists: boolean;
  /** Fingerprint or peer id. */
  readonly value: string | null;
  readonly load_error: string | null;
  /** Permission bits as a number. */
  readonly mode: number | null;
  readonly warning: string | null;
  readonly stat_error: string | null;
}

/** What the original prints with `--json`. */
export interface OriginalReport {
  readonly config_path: string;
  readonly config_exists: boolean;
  readonly db_path: string;
  readonly user_id: string;
  readonly device_id: string;
  readonly p2p_request_retry: Section<RetrySection>;
  readonly record_ignore_regex: {
    readonly pattern: string | null;
    readonly valid: boolean;
    readonly error: string | null;
  };
  readonly async_upload: Section<DutySection & { readonly limit: number }>;
  readonly auto_prune: Section<
    DutySection & { readonly older_than_days: number; readonly keep_recent: number }
  >;
  readonly swarm_key: KeySection;
  readonly p2p_identity_key: KeySection;
  readonly relay_identity_key: KeySection;
  readonly relay_addr: { readonly value: string | null; readonly error: string | null };
  readonly trackers: readonly {
    readonly base_url: string;
    readonly reachable: boolean;
    readonly latency_ms: number | null;
    readonly error: string | null;
  }[];
}

/** What the report says of the trackers, its last member. */
export function trackerSection(trackers: readonly TrackerState[]): OriginalReport["trackers"] {
  return trackers.map(({ baseUrl, reachable, latencyMs, error }) => ({
    base_url: baseUrl,
    reachable,
    latency_ms: latencyMs ?? null,
    error: error ?? null,
  }));
}

/** Looks at everything on this machine that the original looks at; creates nothing. */
export async function originalReport(
  world: World,
  settings: Settings,
): Promise<Omit<OriginalReport, "trackers">> {
  return {
    config_path: settings.configPath,
    config_exists: settings.configExists,
    db_path: settings.dbPath,
    user_id: settings.userId,
    device_id: settings.deviceId,
    p2p_request_retry: retrySection(settings),
    record_ignore_regex: regexSection(settings.recordIgnoreRegex),
    async_upload: uploadSection(world, settings),
    auto_prune: pruneSection(world, settings),
    swarm_key: await keySection(world, settings.swarmKeyPath, async (path) => {
      const loaded = await loadSwarmKey(path, world);
      return loaded && swarmKeyFingerprint(loaded.key);
    }),
    p2p_identity_key: await keySection(world, settings.p2pIdentityKeyPath, peerIdIn),
    relay_identity_key: await keySection(world, settings.relayIdentityKeyPath, peerIdIn),
    relay_addr: relaySection(settings.relays),
  };

  async function peerIdIn(path: string): Promise<string | undefined> {
    return (await loadIdentity(path, world))?.peer;
  }
}

function retrySection(settings: Settings): OriginalReport["p2p_request_retry"] {
  return section(settings, [
    "p2pRequestAttempts",
    "p2pRequestTimeoutBaseSec",
    "p2pRequestTimeoutCapSec",
    "p2pRequestBackoffBaseMs",
  ], {
    attempts: settings.p2pRequestAttempts,
    timeout_base_sec: settings.p2pRequestTimeoutBaseSec,
    timeout_cap_sec: settings.p2pRequestTimeoutCapSec,
    backoff_base_ms: settings.p2pRequestBackoffBaseMs,
  });
}

function regexSection(pattern: string | undefined): OriginalReport["record_ignore_regex"] {
  if (pattern === undefined) return { pattern: null, valid: true, error: null };
  try {
    compilePattern(pattern);
    return { pattern, valid: true, error: null };
  } catch (error) {
    return { pattern, valid: false, error: causeChain(error) };
  }
}

function uploadSection(world: World, settings: Settings): OriginalReport["async_upload"] {
  const names: SettingName[] = [
    "asyncUpload",
    "asyncUploadIntervalSec",
    "asyncUploadLimit",
    "asyncUploadMarkerPath",
  ];
  const intervalSec = settings.asyncUploadIntervalSec;
  const markerPath = settings.asyncUploadMarkerPath;
  const { state, error } = stateOf(world, { markerPath, intervalSec });
  return section(settings, names, {
    enabled: settings.asyncUpload,
    interval_sec: intervalSec,
    limit: settings.asyncUploadLimit,
    marker_path: markerPath,
    last_trigger_unix: state.lastUnix ?? null,
    next_due_in_sec: state.nextDueInSec,
  }, error);
}

function pruneSection(world: World, settings: Settings): OriginalReport["auto_prune"] {
  const names: SettingName[] = [
    "autoPrune",
    "autoPruneDays",
    "autoPruneIntervalSec",
    "autoPruneKeepRecent",
    "autoPruneMarkerPath",
  ];
  const intervalSec = settings.autoPruneIntervalSec;
  const markerPath = settings.autoPruneMarkerPath;
  const { state, error } = stateOf(world, { markerPath, intervalSec });
  return section(settings, names, {
    enabled: settings.autoPrune,
    older_than_days: settings.autoPruneDays,
    interval_sec: intervalSec,
    keep_recent: settings.autoPruneKeepRecent,
    marker_path: markerPath,
    last_trigger_unix: state.lastUnix ?? null,
    next_due_in_sec: state.nextDueInSec,
  }, error);
}

function stateOf(world: World, duty: Duty): { state: DutyState; error: string | undefined } {
  try {
    return { state: dutyState(world, duty), error: undefined };
  } catch (error) {
    return { state: { lastUnix: undefined, nextDueInSec: 0 }, error: causeChain(error) };
  }
}

function section<T extends object>(
  settings: Settings,
  names: readonly SettingName[],
  values: T,
  fault?: string,
): Section<T> {
  const problem = settings.problems.find(({ setting }) =>
    setting !== undefined && names.includes(setting)
  );
  const error = problem?.message ?? fault ?? null;
  if (error === null) return { ...values, error } as Section<T>;
  const keys = Object.keys(values);
  return { ...Object.fromEntries(keys.map((key) => [key, null])), error } as Section<T>;
}

async function keySection(
  world: World,
  path: string,
  read: (path: string) => Promise<string | undefined>,
): Promise<KeySection> {
  const missing = { path, exists: false, value: null, load_error: null, mode: null, warning: null };
  let mode: number | null;
  try {
    const info = world.files.stat(path);
    if (info === undefined) return { ...missing, stat_error: null };
    mode = info.mode ?? null;
  } catch (error) {
    return { ...missing, stat_error: causeChain(error) };
  }
  const isLoose = mode !== null && (mode & 0o077) !== 0;
  const warning = isLoose ? `mode=${mode!.toString(8).padStart(3, "0")}, want 600` : null;
  const rest = { mode, warning, stat_error: null };
  try {
    return { path, exists: true, value: await read(path) ?? null, load_error: null, ...rest };
  } catch (error) {
    return { path, exists: true, value: null, load_error: causeChain(error), ...rest };
  }
}

function relaySection(relays: readonly string[]): OriginalReport["relay_addr"] {
  if (relays.length === 0) return { value: null, error: null };
  try {
    for (const relay of relays) parseRelayAddr(relay);
    return { value: relays.join(","), error: null };
  } catch (error) {
    return { value: null, error: causeChain(error) };
  }
}
