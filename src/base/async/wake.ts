import type { Clock } from "../clock.ts";
import { type LinkedController, linkedController } from "./linked_signal.ts";
import { pause } from "./timer.ts";

/** A sleep that others can end. Calls while nobody sleeps end the next sleep before it begins. */
export class Wake {
  readonly #clock: Clock;
  #called = false;
  #sleeper: LinkedController | undefined;

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
      using sleeper = linkedController(signal);
      this.#sleeper = sleeper;
      try {
        await pause(this.#clock, ms, sleeper.signal);
      } finally {
        this.#sleeper = undefined;
      }
      signal.throwIfAborted();
    }
    const called = this.#called;
    this.#called = false;
    return called;
  }
}
