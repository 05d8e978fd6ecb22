/** A map that keeps only what was put in last. */

/** Remembers the newest entries up to a bound and forgets the oldest beyond it. */
export class Recent<Key, Value> {
  readonly #most: number;
  readonly #values = new Map<Key, Value>();

  /** An empty one that keeps `most` keys. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Keys at the moment. */
  get size(): number {
    return this.#values.size;
  }

  /** The value of a key. */
  get(key: Key): Value | undefined {
    return this.#values.get(key);
  }

  /** Whether the key is kept. */
  has(key: Key): boolean {
    return this.#values.has(key);
  }

  /** Puts the key in as the newest, unless it is there; the oldest goes if there is no room. */
  add(key: Key, value: Value): void {
    if (this.#values.has(key)) return;
    this.#values.set(key, value);
    if (this.#values.size > this.#most) {
      const [oldest] = this.#values.keys();
      this.#values.delete(oldest!);
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#values.clear();
  }
}
