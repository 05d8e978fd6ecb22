/** Reads a libp2p stream piece by piece, which holds its sender back while nobody takes. */
import { type Stream, StreamResetError } from "@libp2p/interface";
import { raceAbort } from "../../base/async/race_abort.ts";
import { ByteCollector } from "../../base/byte_collector.ts";
import { toError } from "../../base/rr_error.ts";

/** The sender is held back above this; up to a window of 1 MiB is on its way by then. */
const MOST_WAITING_BYTES = 512 * 1024;

/**
 * What is used of a yamux stream besides its face: to give the sender no more room, or room again. `pause()`
 * would besides keep what is on its way in the pieces in which it comes, a hundred bytes for each.
 */
interface Window {
  sendPause(): void;
  sendResume(): void;
}

/** What {@linkcode PieceReader} takes. */
export interface PieceReaderOptions {
  /** Called when there are more bytes than before; throwing ends the stream. */
  onMore(): void;
}

/**
 * Create it in the same turn in which the stream was handed over: later, data may have passed. That the
 * stream ended proves nothing: a lost connection ends it just the same.
 */
export class PieceReader {
  readonly #stream: Stream;
  readonly #options: PieceReaderOptions;
  readonly #waiting = new ByteCollector();
  #change = Promise.withResolvers<void>();
  #isHeldBack = false;
  #hasEnded = false;
  #failure: Error | undefined;

  constructor(stream: Stream, options: PieceReaderOptions) {
    this.#stream = stream;
    this.#options = options;
    stream.addEventListener("message", (event) => this.#take(event.data));
    stream.addEventListener("end", () => {
      // A reset stream ends as well; that it was reset is told right afterwards.
      if (!this.#wasBroken()) this.#end();
    });
    stream.addEventListener("close", (event) => this.#end(event.error));
    if (this.#wasBroken()) this.#end(new StreamResetError(`The stream was ${stream.status}`));
    else if (stream.readableEnded) this.#end();
  }

  /** Bytes that wait to be taken. */
  get held(): number {
    return this.#waiting.length;
  }

  /** Whether {@linkcode PieceReader.next} answers at once. */
  get isReady(): boolean {
    return this.#waiting.length > 0 || this.#hasEnded || this.#failure !== undefined;
  }

  /**
   * What has come; `undefined` at the end of the stream.
   *
   * @throws what the stream was ended with, or `signal.reason`
   */
  async next(signal: AbortSignal): Promise<Uint8Array | undefined> {
    while (!this.isReady) await raceAbort(this.#change.promise, signal);
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#waiting.length === 0) return undefined;
    const piece = this.#waiting.take();
    this.#holdBack(false);
    return piece;
  }

  #take(data: Uint8Array | Iterable<Uint8Array>): void {
    const chunks = data instanceof Uint8Array ? [data] : data;
    try {
      for (const chunk of chunks) this.#waiting.push(chunk);
      this.#options.onMore();
      this.#holdBack(this.#waiting.length > MOST_WAITING_BYTES);
    } catch (error) {
      this.#end(toError(error));
      this.#stream.abort(toError(error));
    }
    this.#tell();
  }

  #holdBack(on: boolean): void {
    if (on === this.#isHeldBack || this.#stream.remoteWriteStatus !== "writable") return;
    this.#isHeldBack = on;
    const window = this.#stream as unknown as Window;
    if (on) window.sendPause();
    else window.sendResume();
  }

  #end(failure?: Error): void {
    if (failure === undefined) this.#hasEnded = true;
    else {
      this.#failure ??= failure;
      this.#waiting.take();
    }
    this.#tell();
  }

  #tell(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  #wasBroken(): boolean {
    return this.#stream.status === "reset" || this.#stream.status === "aborted";
  }
}
