/**
 * What has to be disposed of together, in reverse order of taking it in: an `AsyncDisposableStack`, which
 * Node has only since version 24.
 */
export class Disposers implements AsyncDisposable {
  #parts: (Disposable | AsyncDisposable)[] = [];

  /** Takes in something that is already open, and gives it back. */
  use<T extends Disposable | AsyncDisposable>(part: T): T {
    this.#parts.push(part);
    return part;
  }

  /** Hands everything over to a new owner; disposing of this one then does nothing. */
  move(): Disposers {
    const owner = new Disposers();
    owner.#parts = this.#parts;
    this.#parts = [];
    return owner;
  }

  /** Disposes of all, even if some fail; then throws what the last of those threw. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) {
      try {
        if (Symbol.asyncDispose in part) await part[Symbol.asyncDispose]();
        else part[Symbol.dispose]();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures.at(-1);
  }
}
