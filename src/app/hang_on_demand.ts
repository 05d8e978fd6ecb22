/** Blocks the event loop for ever when a test asks for it, to see whether the watchdog notices. */
import type { World } from "../base/world.ts";

/** The file whose presence makes the process hang. Unset outside of tests. */
const VARIABLE = "RUSTORY_TEST_HANG_FILE";
const EVERY_MS = 100;

/** Looks for the file until the signal is aborted, if the variable is set at all. */
export function hangOnDemand(world: World, signal: AbortSignal): void {
  const path = world.env(VARIABLE);
  if (path === undefined) return;
  (async () => {
    while (!signal.aborted) {
      if (world.files.stat(path) !== undefined) hang();
      await world.clock.sleep(EVERY_MS, signal);
    }
  })().catch(() => {});
}

function hang(): never {
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (;;) Atomics.wait(never, 0, 0, 60_000);
}
