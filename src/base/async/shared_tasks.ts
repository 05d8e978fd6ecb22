import { raceAbort } from "./race_abort.ts";

interface Running<T> {
  readonly promise: Promise<T>;
  readonly over: AbortController;
  waiters: number;
}

/** Runs one task per key at a time; who asks while it runs waits for the same one. */
export class SharedTasks<K, T> {
  readonly #running = new Map<K, Running<T>>();

  /** The result of the task of `key`. The task is aborted when the last that waits gives up. */
  async run(key: K, task: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const running = this.#running.get(key) ?? this.#start(key, task);
    running.waiters++;
    try {
      return await (signal ? raceAbort(running.promise, signal) : running.promise);
    } finally {
      if (--running.waiters === 0) {
        if (this.#running.get(key) === running) this.#running.delete(key);
        running.over.abort(signal?.reason);
      }
    }
  }

  #start(key: K, task: (signal: AbortSignal) => Promise<T>): Running<T> {
    const over = new AbortController();
    const promise = task(over.signal);
    promise.catch(() => {}); // every waiter may have given up
    const running: Running<T> = { promise, over, waiters: 0 };
    this.#running.set(key, running);
    return running;
  }
}
