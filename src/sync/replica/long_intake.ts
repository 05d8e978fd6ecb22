/**
 * Has the batches of a long exchange taken in by a writer that holds nobody up, in transactions of many
 * batches. They are handed over in order and answered once they are in the file, and nothing else of the
 * exchange happens before that: what is said of this device's state is always true of the file.
 */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { causeChain, toError } from "../../base/rr_error.ts";
import type { ExchangeId } from "../../named/effects.ts";
import type { Outcome } from "../../named/store.ts";
import type { BatchWriter, PackedBatch } from "../ports.ts";

/** Bytes of batches after which an exchange is a long one: some 5,000 items, which take as long as a start. */
const LONG_BYTES = 150 * 1024;
/** A writer is ended after so long without a batch, and its memory is given back. */
const IDLE_MS = 2_000;

/** What it needs. */
export interface LongIntakeDeps {
  /** Starts a writer beside the store; without it everything is taken in piece by piece. */
  readonly openWriter?: (() => Promise<BatchWriter>) | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A batch is in the file. In the order in which they were handed over. */
  readonly onTaken: (x: ExchangeId, outcome: Outcome) => void;
  /** Nothing of a batch is in the file. */
  readonly onFailed: (x: ExchangeId, error: Error) => void;
}

/** One for a replicator; disposing waits until what was handed over is in the file. */
export class LongIntake implements AsyncDisposable {
  readonly #deps: LongIntakeDeps;
  /** The exchange whose batches came last, and their bytes. */
  #last: { readonly x: ExchangeId; bytes: number; hasNoWriter: boolean } | undefined;
  #writer: BatchWriter | undefined;
  readonly #open = new Set<Promise<void>>();
  #idle = new AbortController();
  #isOver = false;

  /** Starts no writer yet. */
  constructor(deps: LongIntakeDeps) {
    this.#deps = deps;
  }

  /** Whether all that was handed over is answered. */
  get isIdle(): boolean {
    return this.#open.size === 0;
  }

  /** Hands a batch over that this device has asked the peer for, once there is room; whether it does. */
  async take(x: ExchangeId, peer: string, { bytes }: PackedBatch): Promise<boolean> {
    const writer = await this.#writerFor(x, bytes.length);
    if (writer === undefined) return false;
    this.#idle.abort();
    const done: Promise<void> = writer.takeBatch(peer, bytes, { more: true }).then(
      (outcome) => this.#deps.onTaken(x, outcome),
      (error) => this.#deps.onFailed(x, toError(error)),
    ).then(() => {
      this.#open.delete(done);
      if (this.isIdle) this.#endLater();
    });
    this.#open.add(done);
    await writer.room();
    return true;
  }

  /** Resolves once everything that was handed over is answered, which it has happen at once. */
  async settle(): Promise<void> {
    this.#writer?.flush();
    await Promise.all(this.#open);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#end();
  }

  async #writerFor(x: ExchangeId, bytes: number): Promise<BatchWriter | undefined> {
    const { openWriter, logger } = this.#deps;
    if (this.#last?.x !== x) this.#last = { x, bytes: 0, hasNoWriter: false };
    const last = this.#last;
    last.bytes += bytes;
    if (openWriter === undefined || last.hasNoWriter || last.bytes < LONG_BYTES) return undefined;
    if (this.#writer !== undefined) return this.#writer;
    try {
      const writer = await openWriter();
      if (this.#isOver) return void await writer[Symbol.asyncDispose]();
      return this.#writer = writer;
    } catch (error) {
      last.hasNoWriter = true;
      logger.warn("A long exchange is stored piece by piece", { error: causeChain(error) });
      return undefined;
    }
  }

  #endLater(): void {
    this.#idle.abort();
    this.#idle = new AbortController();
    this.#deps.clock.sleep(IDLE_MS, this.#idle.signal).then(() => this.#end(), () => {});
  }

  async #end(): Promise<void> {
    this.#idle.abort();
    const writer = this.#writer;
    this.#writer = undefined;
    await writer?.[Symbol.asyncDispose]();
  }
}
