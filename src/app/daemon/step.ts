/**
 * What a daemon does next: state in, next act out, nothing done. The daemon performs one act after the
 * other, each of which ends in an outcome; see `daemon.ts`.
 *
 * Invariants:
 * 1. What keeps the first session from beginning and cannot get better by itself ends the daemon, so
 *    that whoever started it knows. What can get better is waited for inside the process: a service
 *    manager would give up for good after some starts.
 * 2. Once a session has been opened, no new configuration ends the daemon: it goes on with the last
 *    one that worked.
 * 3. A session that breaks while it runs is opened again after a pause. One that breaks again and again
 *    ends the daemon: a fresh process may do better, and the service manager starts one.
 */

/** What is remembered between two acts. `C` is a configuration, compared by identity. */
export interface DaemonState<C> {
  /** What is worked with. */
  readonly config: C;
  /** The last configuration that a session was opened with. */
  readonly proven: C | undefined;
  /** Sessions in a row that could not be opened. */
  readonly failures: number;
  /** Sessions in a row that broke before they had run for {@linkcode STABLE_SESSION_MS}. */
  readonly crashes: number;
}

/** How an act ended. */
export interface Outcome<C> {
  /** How long the session was up, in milliseconds; `undefined` if it was not opened. */
  readonly upMs: number | undefined;
  readonly why: Reason<C>;
}

/** Why an act ended. */
export type Reason<C> =
  /** A new configuration was read meanwhile. */
  | { readonly kind: "configured"; readonly config: C }
  /** Who takes the connections of this device has changed. */
  | { readonly kind: "role-changed" }
  /** A pause is over. */
  | { readonly kind: "waited" }
  /** The session could not be opened, or broke. */
  | { readonly kind: "failed"; readonly error: unknown; readonly canPass: boolean };

/** What to do. */
export type Act<C> =
  /** Open a session and keep it until something else happens. */
  | { readonly do: "session"; readonly config: C; readonly isFirst: boolean }
  /** Wait, the longer the more often; a new configuration ends the wait. */
  | {
    readonly do: "pause";
    readonly failures: number;
    /** To be told, as it was not told before. */
    readonly error: unknown;
    readonly what: "cannot-begin" | "broke";
  }
  /** Tell that the new configuration does not work, then open a session with the one before. */
  | { readonly do: "go-back"; readonly config: C; readonly error: unknown }
  | { readonly do: "end"; readonly error: unknown };

/** A session that was up for so long was a good one. */
export const STABLE_SESSION_MS = 60_000;
/** Sessions that may break one soon after the other. */
export const MOST_CRASHES = 5;

/** The state at the start. */
export function begin<C>(config: C): DaemonState<C> {
  return { config, proven: undefined, failures: 0, crashes: 0 };
}

/** The act to begin with, or to go on with. */
export function sessionAct<C>({ config, proven }: DaemonState<C>): Act<C> {
  return { do: "session", config, isFirst: proven === undefined };
}

/** The state after an act, and the next act. */
export function step<C>(
  before: DaemonState<C>,
  outcome: Outcome<C>,
): { readonly state: DaemonState<C>; readonly act: Act<C> } {
  const state = afterSession(before, outcome);
  const { why } = outcome;
  switch (why.kind) {
    case "configured": {
      const next = { ...state, config: why.config, failures: 0, crashes: 0 };
      return { state: next, act: sessionAct(next) };
    }
    case "role-changed":
    case "waited":
      return { state, act: sessionAct(state) };
    case "failed":
      return outcome.upMs === undefined
        ? afterFailedStart(state, why.error, why.canPass)
        : afterCrash(state, why.error);
  }
}

function afterSession<C>(state: DaemonState<C>, { upMs }: Outcome<C>): DaemonState<C> {
  if (upMs === undefined) return state;
  const crashes = upMs >= STABLE_SESSION_MS ? 0 : state.crashes;
  return { ...state, proven: state.config, failures: 0, crashes };
}

function afterFailedStart<C>(
  state: DaemonState<C>,
  error: unknown,
  canPass: boolean,
): ReturnType<typeof step<C>> {
  const { proven, config } = state;
  if (proven === undefined && !canPass) return { state, act: { do: "end", error } };
  if (proven !== undefined && config !== proven) {
    return {
      state: { ...state, config: proven, failures: 0 },
      act: { do: "go-back", config: proven, error },
    };
  }
  const failures = state.failures + 1;
  return {
    state: { ...state, failures },
    act: { do: "pause", failures, error, what: "cannot-begin" },
  };
}

function afterCrash<C>(state: DaemonState<C>, error: unknown): ReturnType<typeof step<C>> {
  const crashes = state.crashes + 1;
  const next = { ...state, crashes };
  if (crashes > MOST_CRASHES) return { state: next, act: { do: "end", error } };
  return { state: next, act: { do: "pause", failures: crashes, error, what: "broke" } };
}
