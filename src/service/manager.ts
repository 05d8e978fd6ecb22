/** What the two service managers have in common. */
import type { Clock } from "../base/clock.ts";
import { RrError } from "../base/rr_error.ts";
import type { Files } from "../base/world.ts";
import type { Actions } from "./actions.ts";
import type { Run } from "./run.ts";
import type { UnitSpec } from "./unit.ts";

/** What the service is doing. `restarting`: it has died and will be started again in a moment. */
export type Phase =
  | "not-loaded"
  | "stopped"
  | "starting"
  | "running"
  | "stopping"
  | "restarting"
  | "failed";

/** The service as its manager sees it. */
export interface ServiceState {
  readonly phase: Phase;
  readonly pid?: number;
  /** Starts without being asked to, at login (or at boot, with lingering). */
  readonly startsAtLogin: boolean;
  /** What the daemon last said about itself. */
  readonly detail?: string;
  /** How often it was started again after dying. */
  readonly restarts?: number;
  /** Exit code of the last process that ended. */
  readonly lastExit?: number;
  /** Why the manager gave up on it, in the manager's word: `exit-code`, `watchdog`, `timeout`. */
  readonly reason?: string;
  /** Since when it is in this phase, as the manager prints it. */
  readonly since?: string;
}

/** How log lines are shown. */
export interface LogOptions {
  /** Most lines from before now. */
  readonly lines: number;
  /** Go on with new lines until interrupted. */
  readonly follow: boolean;
}

/** A service manager that runs the daemon for this user. */
export interface ServiceManager {
  readonly kind: "systemd" | "launchd";
  /** For people: `systemd --user, rustory.service`. */
  readonly title: string;
  readonly unitPath: string;
  /** The text of the unit, with an unfilled marker. */
  render(spec: UnitSpec): string;
  /** Makes the manager take in the unit file, new or changed, and start it at every login. */
  load(changed: boolean): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** Stops it and takes it out of what is started at login; the unit file is still there. */
  unload(): Promise<void>;
  /** Makes the manager forget the unit once its file is gone. */
  forget(): Promise<void>;
  state(): Promise<ServiceState>;
  /** The command that shows the log, to be run on our own terminal. */
  logCommand(options: LogOptions): readonly string[];
  /** Environment for {@linkcode logCommand}. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the person should know or do now, one sentence each; none is the best. */
  advice(): Promise<readonly string[]>;
}

/** What the service room needs of the world. */
export interface ServiceDeps {
  readonly files: Files;
  readonly clock: Clock;
  /** Runs programs that only read. */
  readonly run: Run;
  /** Does, or in a dry run prints, what changes the machine. */
  readonly actions: Actions;
  /** The home folder of the person, absolute. */
  readonly home: string;
  env(name: string): string | undefined;
}

// A daemon that is restarting may still come up, but not by our waiting.
const SETTLED: readonly Phase[] = ["not-loaded", "stopped", "running", "restarting", "failed"];
const LOOK_EVERY_MS = 100;

/**
 * Waits until the service has come to rest in one way or another.
 *
 * @returns its last state; still `starting` or `stopping` if `longestMs` were not enough
 */
export async function settle(
  manager: ServiceManager,
  clock: Clock,
  longestMs: number,
  signal?: AbortSignal,
): Promise<ServiceState> {
  const end = clock.monotonic() + longestMs;
  for (;;) {
    const state = await manager.state();
    if (SETTLED.includes(state.phase) || clock.monotonic() >= end) return state;
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/** The error for a command on a service that is not there. */
export function notInstalled(): RrError {
  return new RrError("not-found", "The service is not installed", {
    hint: "Run `rr service install`",
  });
}
