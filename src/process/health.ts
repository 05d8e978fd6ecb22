/** What of a long-running process does not work at the moment: for `rr status`, and for the watchdog. */
import type { PartState } from "../base/async/supervise.ts";
import type { Clock } from "../base/clock.ts";

/**
 * How long a listener may be shut before the service manager is left without signs of life and starts
 * the process anew. Opening it again is tried every second until then.
 */
const PATIENCE_MS = 60_000;

/** What is broken right now, by part and by listener. */
export class Health {
  readonly #clock: Clock;
  readonly #failing = new Map<string, PartState>();
  readonly #listenersShutSince = new Map<string, number>();

  /** All is well. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes how it stands with a part of the process. */
  readonly partChanged = (state: PartState): void => {
    if (state.failures > 0) this.#failing.set(state.name, state);
    else this.#failing.delete(state.name);
  };

  /** Takes how it stands with a listener: one that stays shut makes the process useless. */
  readonly listenerChanged = (state: PartState): void => {
    this.partChanged(state);
    if (state.failures === 0) this.#listenersShutSince.delete(state.name);
    else if (!this.#listenersShutSince.has(state.name)) {
      this.#listenersShutSince.set(state.name, this.#clock.monotonic());
    }
  };

  /** What does not work, one sentence each. */
  problems(): readonly string[] {
    return [...this.#failing.values()].map(({ name, error, failures }) =>
      `The ${name} has failed ${failures === 1 ? "once" : `${failures} times`}: ${error}`
    );
  }

  /** Whether a new process would not do better. */
  isAlive(): boolean {
    const now = this.#clock.monotonic();
    return [...this.#listenersShutSince.values()].every((since) => now - since < PATIENCE_MS);
  }
}
