/** Bytes that may be held at a time, over all that hold some. */
export class ByteBudget {
  readonly #most: number;
  #held = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** A share that is given back as a whole when disposed of. */
  share(): ByteShare {
    let own = 0;
    const add = (count: number): void => {
      if (count > 0 && this.#held + count > this.#most) {
        throw new Error(`Too much is on its way: ${this.#held + count} > ${this.#most} bytes`);
      }
      this.#held += count;
      own += count;
    };
    return {
      add,
      hold: (count) => add(count - own),
      [Symbol.dispose]: () => {
        this.#held -= own;
        own = 0;
      },
    };
  }
}

/** What one holder has of a {@linkcode ByteBudget}. */
export interface ByteShare extends Disposable {
  /** Takes more. @throws if there is no room */
  add(count: number): void;
  /** Has so many from now on. @throws if there is no room for more than before */
  hold(count: number): void;
}
