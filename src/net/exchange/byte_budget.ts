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
    return {
      add: (count) => {
        if (this.#held + count > this.#most) {
          throw new Error(`Too much is on its way: ${this.#held + count} > ${this.#most} bytes`);
        }
        this.#held += count;
        own += count;
      },
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
}
