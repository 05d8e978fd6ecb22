/** What the daemon does on the side: keeps the search index up with the history, removes old entries. */
import { pause } from "../../base/async/timer.ts";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { causeChain, RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import type { History } from "../../store/file/open_history.ts";
import { Wake } from "../../base/async/wake.ts";
import { pruneIfDue, type PruneSettings } from "../background/auto_prune.ts";

/** What keeping the index up needs. */
export interface IndexKeeperDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Takes in one slice, in about 20 ms; returns how many rows are left. */
  readonly catchUp: () => number;
}

/** Without a change for so long: entries come in bursts, and nothing waits for the index. */
const SETTLE_MS = 500;
/** But if they come without an end, it has its turn after so many such pauses. */
const MOST_SETTLES = 60;
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

  /** Works until the signal is aborted. Rejects only if something is wrong with the program. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#catchUp(signal);
        await this.#wake.wait(RETRY_MS * 60, signal);
        for (let n = 0; n < MOST_SETTLES && await this.#wake.wait(SETTLE_MS, signal); n++);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
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

/** How often to look whether a prune is due; its own interval is a day or so. */
const PRUNE_CHECK_MS = 60_000;

/** Removes old entries when that is wanted and due, until the signal is aborted. Never rejects. */
export async function keepPruned(
  settings: () => PruneSettings,
  deps: { readonly world: World; readonly history: History; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  const { world, history, logger } = deps;
  while (!signal.aborted) {
    try {
      await pruneIfDue(world, settings(), history, (text) => logger.info(text));
    } catch (error) {
      logger.warn("auto prune failed", { error: causeChain(error) });
    }
    await pause(world.clock, PRUNE_CHECK_MS, signal);
  }
}
