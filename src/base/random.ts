/** Randomness as the project sees it, so that a test can repeat it. */
export interface Random {
  /** `length` random bytes, fit for keys. */
  bytes(length: number): Uint8Array<ArrayBuffer>;
  /** A number in [0, 1), for jitter and choices; not for keys. */
  unit(): number;
}

/** The random source of the operating system. */
export function systemRandom(): Random {
  return {
    bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    unit: () => Math.random(),
  };
}
