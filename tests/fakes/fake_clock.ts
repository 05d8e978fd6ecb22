/** Time that moves only when a test moves it. */
import type { Clock } from "../../src/base/clock.ts";

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** A {@linkcode Clock} wound by hand; both of its times move together. */
export class FakeClock implements Clock {
  #now: number;
  #elapsed = 0;
  #sleepers: Sleeper[] = [];
  #waiters: { readonly count: number; readonly resolve: () => void }[] = [];

  /** Starts at `now` milliseconds since the Unix epoch. */
  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stop = (): void => {
      this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
      reject(signal?.reason);
    };
    const wake = (): void => {
      signal?.removeEventListener("abort", stop);
      resolve();
    };
    const sleeper = { due: this.#elapsed + Math.max(0, ms), wake };
    signal?.addEventListener("abort", stop, { once: true });
    this.#sleepers.push(sleeper);
    this.#waiters = this.#waiters.filter((waiter) => {
      if (waiter.count > this.#sleepers.length) return true;
      waiter.resolve();
      return false;
    });
    return promise;
  }

  /** How many sleeps are under way. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Resolves as soon as at least `count` sleeps are under way. */
  untilSleeping(count = 1): Promise<void> {
    if (this.#sleepers.length >= count) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters.push({ count, resolve });
    return promise;
  }

  /** Moves time on and wakes the sleeps that are due, in the order in which they are due. */
  async advance(ms: number): Promise<void> {
    this.#now += ms;
    this.#elapsed += ms;
    const due = this.#sleepers.filter((one) => one.due <= this.#elapsed);
    this.#sleepers = this.#sleepers.filter((one) => one.due > this.#elapsed);
    due.sort((a, b) => a.due - b.due);
    for (const { wake } of due) {
      wake();
      await Promise.resolve();
    }
  }

  /** Moves time on to the next sleep that ends; whether there was one. */
  async advanceToNext(): Promise<boolean> {
    if (this.#sleepers.length === 0) return false;
    const due = Math.min(...this.#sleepers.map((one) => one.due));
    await this.advance(Math.max(0, due - this.#elapsed));
    return true;
  }

  /** Sets the wall clock, forwards or backwards; sleeps do not notice. */
  jumpTo(now: number): void {
    this.#now = now;
  }
}
