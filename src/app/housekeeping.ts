/** What the daemon does when nothing else is to be done: keeps the search index up with the history. */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { causeChain, RrError } from "../base/rr_error.ts";
import { Wake } from "../sync/wake.ts";

/** What keeping the index up needs. */
export interface IndexKeeperDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Takes in one slice, in about 20 ms; returns how many rows are left. */
  readonly catchUp: () => number;
}

/** After a change: commands come in bursts, and nothing waits for the index. */
const SETTLE_MS = 500;
/** Between two slices, so that peers and the socket are answered. */
const BREATH_MS = 20;
/** After the database was busy or could not be written. */
const RETRY_MS = 5_000;

/** Keeps the index up for as long as it runs. */
export class IndexKeeper {
  readonly #deps: IndexKeeperDeps;
  readonly #wake: Wake;

  /** Does nothing until {@linkcode IndexKeeper.run}. */
  constructor(deps: IndexKeeperDeps) {
    this.#deps = deps;
    this.#wake = new Wake(deps.clock);
  }

  /** There may be something new. */
  changed(): void {
    this.#wake.now();
  }

  /** Works until the signal is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    try {
      for (;;) {
        await this.#catchUp(signal);
        await this.#wake.wait(RETRY_MS * 60, signal);
        await clock.sleep(SETTLE_MS, signal);
      }
    } catch {
      // the signal
    }
  }

  async #catchUp(signal: AbortSignal): Promise<void> {
    const { clock, logger, catchUp } = this.#deps;
    for (;;) {
      signal.throwIfAborted();
      let pause = BREATH_MS;
      try {
        if (catchUp() === 0) return;
      } catch (error) {
        if (!(error instanceof RrError)) throw error;
        if (error.code !== "busy") {
          logger.warn("Cannot index the history", { error: causeChain(error) });
        }
        pause = RETRY_MS;
      }
      await clock.sleep(pause, signal);
    }
  }
}
