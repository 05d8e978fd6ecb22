import { pause } from "../../base/async/timer.ts";
import { linkedController } from "../../base/async/linked_signal.ts";
import type { Clock } from "../../base/clock.ts";

/** How often to look whether a swarm key has come, or another one. */
const KEY_LOOK_MS = 1_000;

/**
 * Runs `work` while there is a key, again for each new one, until the signal is aborted.
 *
 * @param keyText reads the key as it is now; `undefined` if there is none
 * @throws what `work` throws while its key is still the one that there is, and what `keyText` throws, once
 * `work` has let go
 */
export async function whileKeyed(
  keyText: () => string | undefined,
  work: (signal: AbortSignal) => Promise<void>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const look = (until: AbortSignal): Promise<void> => pause(clock, KEY_LOOK_MS, until);
  while (!signal.aborted) {
    const key = keyText();
    if (key === undefined) {
      await look(signal);
      continue;
    }
    using changed = linkedController(signal);
    const until = changed.signal;
    const working = work(until).catch((error) => {
      if (until.aborted) return;
      changed.abort(error);
      throw error;
    });
    try {
      while (!until.aborted && keyText() === key) await look(until);
    } finally {
      changed.abort(new Error("the hub has another swarm key"));
      await working;
    }
  }
}
