import { Backoff } from "../../base/async/backoff.ts";
import { toError } from "../../base/rr_error.ts";
import { isOfStore, STORE_PAUSE_MS } from "../own_store.ts";
import { type PushDeps, type PushMemory, type PushOptions, PushRun } from "./push.ts";
import type { PushTotals } from "../report.ts";

/**
 * Pauses between pushes that fail one after another. Another one is wanted with every command and in
 * every round, and each may use up a relay's connection for nothing.
 */
const BACKOFF = { baseMs: 10_000, capMs: 15 * 60_000 };

/** What a push came to. */
export interface PushOutcome {
  readonly totals: Readonly<PushTotals>;
  readonly error: Error | undefined;
}

/**
 * Pushes to one peer, one push at a time. Whoever asks while one is under way shares its outcome,
 * and the log is looked at once more before it ends: no entry is left for the next round.
 */
export class Pusher {
  readonly #deps: PushDeps;
  readonly #options: PushOptions;
  readonly #memory: PushMemory = { limit: undefined, held: [], sentUpTo: 0 };
  readonly #backoff: Backoff;
  #running: Promise<PushOutcome> | undefined;
  #again = false;

  /** Prepares pushing; nothing is sent yet. */
  constructor(deps: PushDeps, options: PushOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#backoff = new Backoff(deps);
  }

  /** Whether pushes failed so lately that the next one has to wait, whatever there is to send. */
  get backingOff(): boolean {
    return this.#backoff.remainingMs > 0;
  }

  /** Entries that wait for a connection that can carry them, by id. */
  get held(): readonly string[] {
    return this.#memory.held;
  }

  /** Forgets the failures: the peer has shown that it is there. */
  forgive(): void {
    this.#backoff.forgive();
  }

  /**
   * Sends what the peer does not have. A failure is part of the outcome.
   *
   * @throws the reason of the signal that the push under way was started with, once it is aborted
   */
  push(signal: AbortSignal): Promise<PushOutcome> {
    this.#again = true;
    this.#running ??= this.#run(signal).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** The peer has lost what it was given: the next push, or the one under way, sends all of it. */
  startOver(): void {
    const { log, peer } = this.#deps;
    if (log.pushCursor(peer) > 0) log.restartPush(peer);
    this.#memory.held = [];
  }

  async #run(signal: AbortSignal): Promise<PushOutcome> {
    const { peer, onEvent } = this.#deps;
    const run = new PushRun(this.#deps, this.#options, this.#memory);
    const { totals } = run;
    try {
      while (this.#again) {
        this.#again = false;
        await run.run(signal);
      }
      this.forgive();
      if (totals.sent > 0) onEvent({ type: "pushed", peer, totals });
      return { totals, error: undefined };
    } catch (thrown) {
      signal.throwIfAborted();
      const error = toError(thrown);
      this.#backoff.failed(isOfStore(error) ? { ...BACKOFF, capMs: STORE_PAUSE_MS } : BACKOFF);
      onEvent({ type: "push-failed", peer, totals, error });
      return { totals, error };
    }
  }
}
