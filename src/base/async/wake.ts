import { pause } from "./timer.ts";
import type { Clock } from "../clock.ts";

/** A sleep that others can end. Calls while nobody sleeps end the next sleep before it begins. */
export class Wake {
  readonly #clock: Clock;
  #called = false;
  #sleeper: AbortController | undefined;

  /** Sleeps by `clock`. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the sleep. Several calls before the next sleep count as one. */
  now(): void {
    this.#called = true;
    this.#sleeper?.abort();
  }

  /**
   * Sleeps for `ms` or until {@linkcode Wake.now} is called; whether it was called.
   *
   * @throws `signal.reason` once the signal is aborted
   */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    if (!this.#called) {
      const sleeper = new AbortController();
      const stop = (): void => sleeper.abort();
      signal.addEventListener("abort", stop, { once: true });
      this.#sleeper = sleeper;
      try {
        await pause(this.#clock, ms, sleeper.signal);
      } finally {
        this.#sleeper = undefined;
        signal.removeEventListener("abort", stop);
      }
      signal.throwIfAborted();
    }
    const called = this.#called;
    this.#called = false;
    return called;
  }
}
