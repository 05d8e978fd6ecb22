import { systemClock } from "../clock.ts";

const clock = systemClock();
/**
 * While turns of the loop follow each other, Deno looks only after many of them whether a socket or a
 * signal has something; when one waits for a timer, at once. Each costs about a millisecond.
 */
const LOOK_MS = 50;
let lookedAt = 0;

/**
 * Lets the event loop do what is waiting (read sockets, send what was written, answer signals) before
 * a piece of synchronous work goes on. A microtask would not do: they all run before the next event.
 */
export async function yieldToLoop(): Promise<void> {
  if (clock.monotonic() - lookedAt >= LOOK_MS) {
    await clock.sleep(0);
    lookedAt = clock.monotonic();
    return;
  }
  // Not a timer, which is 1 to 4 ms long; both runtimes have this one as a global.
  await new Promise((resolve) => void setImmediate(resolve));
}
