/** Choices for generators of test data, repeated exactly by their seed: sfc32, 32 bits at a time. */
import type { Random } from "../../src/base/random.ts";

/** A repeatable {@linkcode Random} with the choices that generators make. */
export interface Choices extends Random {
  /** An integer in [0, `end`); `end` up to 2^53. */
  below(end: number): number;
  /** `digits` lower-case hexadecimal digits, at most 8. */
  hex(digits: number): string;
  /** Any of the values, all alike. */
  pick<T>(values: readonly T[]): T;
  /** One of the values, early ones much more often (about 1/rank). */
  zipf<T>(values: readonly T[]): T;
  /** One of the values, early ones somewhat more often (square law). */
  skewed<T>(values: readonly T[]): T;
}

/** A generator whose whole future follows from `seed`. */
export function seededChoices(seed: number): Choices {
  let a = 0x9e3779b9, b = 0x243f6a88, c = 0xb7e15162 ^ seed, counter = seed | 1;
  for (let i = 0; i < 12; i++) next();

  function next(): number {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum | 0;
    return sum >>> 0;
  }
  function unit(): number {
    return next() / 4294967296;
  }
  function below(end: number): number {
    return end <= 4294967296
      ? Math.floor(unit() * end)
      : Math.floor((next() * 2097152 + (next() >>> 11)) / 2 ** 53 * end);
  }
  function bytes(length: number): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(length);
    for (let i = 0, word = 0; i < length; i++, word >>>= 8) {
      if ((i & 3) === 0) word = next();
      out[i] = word & 0xff;
    }
    return out;
  }

  return {
    unit,
    below,
    bytes,
    hex: (digits) => next().toString(16).padStart(8, "0").slice(8 - digits),
    pick: (values) => values[Math.floor(unit() * values.length)]!,
    zipf: (values) => values[Math.floor((values.length + 1) ** unit()) - 1]!,
    skewed: (values) => values[Math.floor(unit() ** 2 * values.length)]!,
  };
}
