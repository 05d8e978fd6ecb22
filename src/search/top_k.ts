/** Lines of an index are numbered from 0; this many fit beside a score in one exact number. */
export const MAX_LINES = 2 ** 26;
/** Scores must stay below this: `MAX_SCORE * MAX_LINES` is 2^53, the end of exact integers. */
export const MAX_SCORE = 2 ** 27;

/**
 * Keeps the best `size` of any number of scored lines, in a heap whose root is the worst kept.
 * Of equal scores the smaller line, the more recent one, is better.
 */
export class TopK {
  readonly #keys: Float64Array;
  #count = 0;

  /** @throws {RangeError} if `size` is not an integer of at least 1 */
  constructor(size: number) {
    if (!Number.isInteger(size) || size < 1) {
      throw new RangeError(`Cannot keep the best ${size} lines: expected an integer of at least 1`);
    }
    this.#keys = new Float64Array(size);
  }

  /** Offers a line with a score of 0 to `MAX_SCORE - 1`. */
  push(score: number, line: number): void {
    const key = score * MAX_LINES + (MAX_LINES - 1 - line);
    if (this.#count < this.#keys.length) this.#rise(this.#count++, key);
    else if (key > this.#keys[0]!) this.#sink(key);
  }

  /** Whether a line older than all so far needs more than `score` to be kept. */
  isFullOf(score: number): boolean {
    return this.#count === this.#keys.length && Math.floor(this.#keys[0]! / MAX_LINES) >= score;
  }

  /** The lines kept so far, best first. */
  lines(): number[] {
    const sorted = this.#keys.slice(0, this.#count).sort().reverse();
    return Array.from(sorted, (key) => MAX_LINES - 1 - (key % MAX_LINES));
  }

  #rise(at: number, key: number): void {
    const keys = this.#keys;
    let place = at;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[place] = keys[parent]!;
      place = parent;
    }
    keys[place] = key;
  }

  #sink(key: number): void {
    const keys = this.#keys;
    let place = 0;
    for (let child = 1; child < this.#count; child = 2 * place + 1) {
      if (child + 1 < this.#count && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      keys[place] = keys[child]!;
      place = child;
    }
    keys[place] = key;
  }
}
