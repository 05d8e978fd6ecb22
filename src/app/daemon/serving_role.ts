/** Which process of this device takes the connections: one daemon, or `rr p2p-serve` beside it. */
import { pauseUntilBeat } from "../../base/async/timer.ts";
import type { Logger } from "../../base/log.ts";
import { causeChain } from "../../base/rr_error.ts";
import { type LockWorld, tryRole } from "../../process/lock.ts";

/** How often to look whether the other process has ended. */
const CHECK_MS = 2_000;

/** The role of the one that listens; see {@linkcode tryRole}. */
export class ServingRole {
  readonly #dbPath: string;
  readonly #world: LockWorld;
  readonly #logger: Logger;

  /** Takes nothing yet. */
  constructor(dbPath: string, world: LockWorld, logger: Logger) {
    this.#dbPath = dbPath;
    this.#world = world;
    this.#logger = logger;
  }

  /**
   * Takes the role until disposed; `undefined` if another process has it.
   *
   * @throws {RrError} `database` if the lock file is unusable
   */
  take(): Disposable | undefined {
    const attempt = tryRole(this.#dbPath, "serve", this.#world);
    if ("lock" in attempt) return attempt.lock;
    this.#logger.info("Another process of this device takes the connections", {
      pid: attempt.heldBy?.pid,
    });
  }

  /** Whether it became free, as opposed to the signal being aborted. Never rejects. */
  async untilFree(signal: AbortSignal): Promise<boolean> {
    let failing = false;
    for (;;) {
      await pauseUntilBeat(this.#world.clock, CHECK_MS, signal);
      if (signal.aborted) return false;
      try {
        if (this.#isFree()) return true;
        failing = false;
      } catch (error) {
        const fields = { error: causeChain(error) };
        if (!failing) this.#logger.warn("Cannot see who takes the connections", fields);
        failing = true;
      }
    }
  }

  #isFree(): boolean {
    const attempt = tryRole(this.#dbPath, "serve", this.#world);
    if (!("lock" in attempt)) return false;
    attempt.lock[Symbol.dispose]();
    return true;
  }
}
