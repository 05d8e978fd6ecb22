/** Tells an answer that comes slowly from one that is dripped to hold us for ever. */
import type { Clock } from "../../base/clock.ts";

/** Slowest answer that is waited for, on average: less than any line carries that people use. */
const SLOWEST_BYTES_PER_MS = 0.25;
/** From when on that is looked at: the first bytes may wait behind others. */
const GRACE_MS = 10_000;

/** One answer. */
export class AnswerPace {
  readonly #clock: Clock;
  #begunAt: number | undefined;
  #received = 0;

  /** Begins with the first bytes. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts what has come; whether it counts as progress. */
  keeps(count: number): boolean {
    const now = this.#clock.monotonic();
    this.#begunAt ??= now;
    this.#received += count;
    return this.#received >= (now - this.#begunAt - GRACE_MS) * SLOWEST_BYTES_PER_MS;
  }
}
