/**
 * Stores what a long pull brings through a writer that holds nobody up. Answers are handed over in order
 * and not waited for one by one: the cursor is stored with the rows, so that whatever is lost on the way
 * is asked for again.
 */
import type { AppendResult, PullState } from "../../swarm/log.ts";
import type { Entry } from "../../history/entry.ts";
import type { LongWriter } from "../ports.ts";
import type { PeerId } from "../../swarm/peer.ts";

/** Entries after which a pull is a long one: starting a writer takes as long as storing some thousands. */
export const LONG_PULL = 5_000;

/** One long pull; disposing waits until everything is stored. */
export class LongPull implements AsyncDisposable {
  readonly #writer: LongWriter;
  readonly #peer: PeerId;
  readonly #onStored: (result: AppendResult) => void;
  #open: Promise<void>[] = [];
  #failure: unknown;
  #failed = false;

  /** @param onStored told of each answer once it is in the file */
  constructor(writer: LongWriter, peer: PeerId, onStored: (result: AppendResult) => void) {
    this.#writer = writer;
    this.#peer = peer;
    this.#onStored = onStored;
  }

  /**
   * Hands an answer over, as soon as there is room.
   *
   * @throws what an earlier one has failed with
   */
  async add(entries: readonly Entry[], state: PullState): Promise<void> {
    const stored = this.#writer.appendPulled(this.#peer, entries, state, { more: true });
    this.#open.push(stored.then(this.#onStored, (error) => {
      this.#failure ??= error;
      this.#failed = true;
    }));
    await this.#writer.room();
    this.#throwFailure();
  }

  /** Waits until everything is stored and ends the writer. @throws what storing has failed with */
  async end(): Promise<void> {
    await this.#writer[Symbol.asyncDispose]();
    await Promise.all(this.#open.splice(0));
    this.#throwFailure();
  }

  /** As {@linkcode LongPull.end}, without a word of failures. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer[Symbol.asyncDispose]();
    await Promise.all(this.#open.splice(0));
  }

  #throwFailure(): void {
    if (this.#failed) throw this.#failure;
  }
}
