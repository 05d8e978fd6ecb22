/** Lets a bounded number of tasks run at the same time; the others wait in line. */
export interface Gate {
  /** Runs `task` when there is room. Rejects with `signal.reason` if aborted while waiting. */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/**
 * Creates a gate for `size` tasks at once.
 *
 * @throws {RangeError} if `size` is not an integer of at least 1
 */
export function createGate(size: number): Gate {
  if (!Number.isInteger(size) || size < 1) {
    throw new RangeError(
      `Cannot create a gate as 'size' must be an integer of at least 1: current value is ${size}`,
    );
  }
  const waiting: (() => void)[] = [];
  let free = size;

  async function run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await enter(signal);
    try {
      return await task();
    } finally {
      leave();
    }
  }

  function enter(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (free > 0) {
      free--;
      return Promise.resolve();
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const admit = (): void => {
      signal?.removeEventListener("abort", giveUp);
      resolve();
    };
    const giveUp = (): void => {
      waiting.splice(waiting.indexOf(admit), 1);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", giveUp, { once: true });
    waiting.push(admit);
    return promise;
  }

  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else free++;
  }

  return { run };
}
