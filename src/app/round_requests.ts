/** Asks a watching engine for a round, and waits for what comes of it. */
import type { Clock } from "../base/clock.ts";
import type { SyncEngine } from "../sync/engine.ts";
import type { SyncReport } from "../sync/report.ts";

/** Rounds that have ended, for whoever waits for one. */
export class RoundRequests {
  readonly #clock: Clock;
  readonly #waiting = new Set<(report: SyncReport) => void>();

  /** Measures by `clock`, as the engine does. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tells of a round that has ended. */
  done(report: SyncReport): void {
    for (const look of [...this.#waiting]) look(report);
  }

  /**
   * Makes a watching engine start a round now; resolves to its report. A round that was under way
   * before has perhaps passed the peer that matters, so it does not count.
   *
   * @throws `signal.reason` once the signal is aborted
   */
  async next(engine: SyncEngine, signal: AbortSignal): Promise<SyncReport> {
    signal.throwIfAborted();
    const asked = this.#clock.monotonic();
    const { promise, resolve, reject } = Promise.withResolvers<SyncReport>();
    const look = (report: SyncReport): void => {
      if (this.#clock.monotonic() - report.durationMs >= asked) resolve(report);
      // It was under way when we asked, and may have used up our call.
      else engine.wake();
    };
    const stop = (): void => reject(signal.reason);
    this.#waiting.add(look);
    signal.addEventListener("abort", stop, { once: true });
    engine.wake();
    try {
      return await promise;
    } finally {
      this.#waiting.delete(look);
      signal.removeEventListener("abort", stop);
    }
  }
}
