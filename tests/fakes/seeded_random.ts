/** Randomness that repeats. */
import type { Random } from "../../src/base/random.ts";

/** A {@linkcode Random} whose output depends on `seed` alone (mulberry32). */
export function seededRandom(seed = 1): Random {
  let state = seed >>> 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    unit,
    bytes: (length) => Uint8Array.from({ length }, () => Math.floor(unit() * 256)),
  };
}
