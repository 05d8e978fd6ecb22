/**
 * Whole messages over libp2p streams. The helpers of `@libp2p/utils` lose data, hang or buffer
 * without end when used for bulk (`for await` attached late, `onDrain()` once only), hence our own.
 */
import { type Stream, StreamResetError } from "@libp2p/interface";
import { raceAbort } from "../../base/async/race_abort.ts";
import { ByteCollector } from "../../base/byte_collector.ts";
import { toError } from "../../base/rr_error.ts";

/** A message of more bytes than the reader takes. */
export class MessageTooLarge extends Error {
  /** Creates the error; the words are those of the original, which others look for. */
  constructor(size: number, most: number) {
    super(`message too large: ${size} > ${most} bytes`);
    this.name = "MessageTooLarge";
  }
}

/** What {@linkcode MessageReader} takes. */
export interface ReaderOptions {
  /** Most bytes of the message. */
  readonly mostBytes: number;
  /** Called for every piece that arrives, before it is kept; throwing ends the stream. */
  readonly onBytes?: (count: number) => void;
}

/**
 * Reads a stream to its end.
 *
 * Create it in the same turn in which the stream was handed over: later, data may have passed. That
 * the message ended proves nothing: a lost connection ends it just the same, so what it says must
 * prove that it is whole.
 */
export class MessageReader {
  readonly #collected = new ByteCollector();
  readonly #done = Promise.withResolvers<void>();
  readonly #stream: Stream;
  readonly #options: ReaderOptions;

  constructor(stream: Stream, options: ReaderOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#done.promise.catch(() => {}); // it may fail before anybody reads
    stream.addEventListener("message", (event) => this.#take(event.data));
    stream.addEventListener("end", () => {
      // A reset stream ends as well; that it was reset is told right afterwards.
      if (!wasBroken(stream)) this.#done.resolve();
    });
    stream.addEventListener("close", (event) => {
      if (event.error) this.#done.reject(event.error);
      else this.#done.resolve();
    });
    if (wasBroken(stream)) {
      this.#done.reject(new StreamResetError(`The stream was ${stream.status}`));
    } else if (stream.readableEnded) this.#done.resolve();
  }

  /**
   * The whole message.
   *
   * @throws {MessageTooLarge} beyond the limit, which also ends the stream
   * @throws what the stream was ended with, or `signal.reason`
   */
  async read(signal: AbortSignal): Promise<Uint8Array> {
    await raceAbort(this.#done.promise, signal);
    return this.#collected.take();
  }

  #take(data: Uint8Array | Iterable<Uint8Array>): void {
    const chunks = data instanceof Uint8Array ? [data] : data;
    try {
      for (const chunk of chunks) {
        const size = this.#collected.length + chunk.length;
        if (size > this.#options.mostBytes) {
          throw new MessageTooLarge(size, this.#options.mostBytes);
        }
        this.#options.onBytes?.(chunk.length);
        this.#collected.push(chunk);
      }
    } catch (error) {
      this.#collected.take();
      this.#done.reject(error);
      this.#stream.abort(toError(error));
    }
  }
}

function wasBroken({ status }: Stream): boolean {
  return status === "reset" || status === "aborted";
}

/** Written at once; the stream's window, not this, bounds what is in flight. */
const SLICE_BYTES = 64 * 1024;

/**
 * Writes the message and half-closes the stream, waiting whenever the other side is slower.
 *
 * @param onProgress called whenever the other side has taken something
 * @throws if the stream ends before all is written, or `signal.reason`
 */
export async function writeMessage(
  stream: Stream,
  message: Uint8Array,
  signal: AbortSignal,
  onProgress: () => void,
): Promise<void> {
  for (let at = 0; at < message.length; at += SLICE_BYTES) {
    signal.throwIfAborted();
    if (!stream.send(message.subarray(at, at + SLICE_BYTES))) await drained(stream, signal);
    onProgress();
  }
  await stream.close({ signal });
}

/** Resolves when the stream takes data again. `onDrain()` of libp2p resolves only once. */
function drained(stream: Stream, signal: AbortSignal): Promise<void> {
  if (!stream.writableNeedsDrain) return Promise.resolve();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onClose = (event: Event): void => {
    reject((event as Event & { error?: Error }).error ?? new Error("The stream ended"));
  };
  stream.addEventListener("drain", () => resolve(), { once: true });
  stream.addEventListener("close", onClose, { once: true });
  return raceAbort(promise, signal).finally(() => stream.removeEventListener("close", onClose));
}
