/** What the service is, before it becomes a systemd unit or a launchd agent. */
import { RrError } from "../base/rr_error.ts";
import type { Program } from "./program.ts";

/** The systemd user unit. */
export const SYSTEMD_UNIT = "rustory.service";
/** The label of the launchd agent; its file is named after it. */
export const LAUNCHD_LABEL = "com.rustory.p2p-sync";

/** The arguments of the daemon, in the service as in the hand-made units of the original. */
export const DAEMON_ARGS: readonly string[] = [
  "p2p-sync",
  "--watch",
  "--interval-sec",
  "60",
  "--start-jitter-sec",
  "10",
  "--push",
];

/** Seconds between a death of the daemon and its next start. */
export const RESTART_SEC = 5;
/** launchd starts a job at most once in this many seconds; less than 10 is ignored by it. */
export const LAUNCHD_THROTTLE_SEC = 10;
/**
 * Seconds without a sign of life after which a hung daemon is killed and started again. The daemon
 * gives one at least twice as often; the longest work in one go is bounded to parts of a second.
 */
export const WATCHDOG_SEC = 60;
/** Seconds for listening and a first round, start jitter included. */
export const START_TIMEOUT_SEC = 120;
/** Seconds until a daemon that does not stop is killed; it needs less than one. */
export const STOP_TIMEOUT_SEC = 10;
/** Exit code of a command line that cannot be understood: a restart does not help. */
export const EXIT_USAGE = 2;
/** Exit code of a second daemon on one database (`EX_TEMPFAIL`): a restart does not help. */
export const EXIT_LOCKED = 75;

/** Environment variables that a unit carries over, if they are set when it is written. */
export const UNIT_ENVIRONMENT = ["RUSTORY_USER_ID", "RUSTORY_DEVICE_ID"] as const;

/**
 * The room for young objects, in MiB: by default it grows to 16 with a large sync or a flood of messages,
 * and what was allocated beside it is given back that much later. With 2 an idle daemon takes 4 MB less,
 * and one that was flooded 60 MB less.
 */
export const YOUNG_OBJECTS = "--max-semi-space-size=2";

const ENGINE_VARIABLE: Readonly<Partial<Record<Program["kind"], string>>> = {
  deno: "DENO_V8_FLAGS",
  node: "NODE_OPTIONS",
};

/**
 * Environment variables that make the JavaScript engine of a daemon sparing: none for a compiled program,
 * which heeds no such variable and has {@linkcode YOUNG_OBJECTS} built in by `deno task compile`.
 */
export function memoryEnvironment(kind: Program["kind"]): Readonly<Record<string, string>> {
  const variable = ENGINE_VARIABLE[kind];
  return variable === undefined ? {} : { [variable]: YOUNG_OBJECTS };
}

/**
 * Has the C library of Linux give back what a large sync has needed for a while: blocks of 16 KiB and more one
 * by one, the rest from its ends, of which few are kept. Without it 15 to 35 MiB stay with the daemon.
 */
export const SPARING_MALLOC: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: "2",
  MALLOC_MMAP_THRESHOLD_: "16384",
  MALLOC_TRIM_THRESHOLD_: "65536",
  MALLOC_TOP_PAD_: "16384",
};

/** What one installation of the service differs by. */
export interface UnitSpec {
  readonly program: Program;
  /** Arguments of `rr`; {@linkcode DAEMON_ARGS} and what stands before them. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Refuses text that neither a unit nor a plist can carry: control characters, broken Unicode.
 *
 * @throws {RrError} code `invalid`, naming `what`
 */
export function requireUnitText(text: string, what: string): string {
  // deno-lint-ignore no-control-regex
  const control = /[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/.exec(text);
  if (control === null && text.isWellFormed()) return text;
  const why = control === null ? "broken Unicode" : "a control character";
  throw new RrError("invalid", `Cannot write ${what} into a unit: it holds ${why}`, {
    hint: "Install rr under a path, and set identifiers, of printable characters only",
  });
}
