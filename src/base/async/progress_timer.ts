import { pause } from "./timer.ts";
import type { Clock } from "../clock.ts";

/** Nothing moved for too long. */
export class NoProgressError extends Error {
  constructor(ms: number) {
    super(`Nothing moved for ${ms} ms`);
    this.name = "NoProgressError";
  }
}

/** What {@linkcode ProgressTimer} takes. */
export interface ProgressOptions {
  readonly clock: Clock;
  /** Longest time without progress. */
  readonly idleMs: number;
  /** Longest time in all. @default {Infinity} */
  readonly totalMs?: number;
  /** What is over of that already. @default {0} */
  readonly spentMs?: number;
  /** Aborts the timer's signal with its own reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A signal that is aborted when nothing moves for too long, for as long as it is not disposed of.
 * A fixed time would have to be long for slow links, and would then be long for dead ones as well.
 */
export class ProgressTimer implements Disposable {
  readonly #work = new AbortController();
  readonly #over = new AbortController();
  readonly #options: ProgressOptions;
  readonly #outer: () => void;
  #last: number;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#last = options.clock.monotonic();
    this.#outer = (): void => this.#work.abort(options.signal?.reason);
    if (options.signal?.aborted) this.#outer();
    else options.signal?.addEventListener("abort", this.#outer, { once: true });
    this.#run();
  }

  get signal(): AbortSignal {
    return this.#work.signal;
  }

  /** Something moved; the next thing may take `extraMs` longer. */
  progress(extraMs = 0): void {
    this.#last = this.#options.clock.monotonic() + extraMs;
  }

  [Symbol.dispose](): void {
    this.#options.signal?.removeEventListener("abort", this.#outer);
    this.#over.abort();
  }

  async #run(): Promise<void> {
    const { clock, idleMs, totalMs = Infinity, spentMs = 0 } = this.#options;
    const end = clock.monotonic() + totalMs - spentMs;
    const { signal } = this.#over;
    while (!signal.aborted && !this.#work.signal.aborted) {
      const now = clock.monotonic();
      const left = Math.min(this.#last + idleMs, end) - now;
      if (left <= 0) return this.#work.abort(new NoProgressError(now >= end ? totalMs : idleMs));
      await pause(clock, left, signal);
    }
  }
}
