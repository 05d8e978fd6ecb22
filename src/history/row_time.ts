/** When a row of the database says that its command began. */

/**
 * In milliseconds, of whole seconds and of the exact time that `rr` puts beside them. The seconds are
 * what the original reads and writes, so they win where the two differ.
 *
 * @returns `undefined` where the seconds are no number
 */
export function rowTimeMs(seconds: unknown, exactMs: unknown): number | undefined {
  if (typeof seconds !== "number") return undefined;
  const isSame = typeof exactMs === "number" && Math.floor(exactMs / 1000) === seconds;
  return isSame ? exactMs : seconds * 1000;
}
