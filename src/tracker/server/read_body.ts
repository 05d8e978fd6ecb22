import { joinBytes } from "../../base/bytes.ts";

/** A body that has more bytes than it may. */
export class BodyTooLargeError extends Error {
  /** Creates the error for a limit in bytes. */
  constructor(limit: number) {
    super(`Cannot read a body of more than ${limit} bytes`);
    this.name = "BodyTooLargeError";
  }
}

/** The first bytes of a body. */
export interface BodyStart {
  readonly bytes: Uint8Array;
  /** Whether nothing comes behind them. */
  readonly isWhole: boolean;
}

/**
 * Reads a request's or answer's body of at most `limit` bytes.
 *
 * @throws {BodyTooLargeError} without reading further; `signal.reason` when that is aborted
 */
export async function readBody(
  message: Request | Response,
  limit: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  signal?.throwIfAborted();
  const declared = Number(message.headers.get("content-length") ?? 0);
  if (declared > limit) {
    await message.body?.cancel();
    throw new BodyTooLargeError(limit);
  }
  const { bytes, isWhole } = await readBodyStart(message, limit, signal);
  if (!isWhole) throw new BodyTooLargeError(limit);
  return bytes;
}

/**
 * Reads the first `limit` bytes of a body, and no further.
 *
 * @throws `signal.reason` when that is aborted
 */
export async function readBodyStart(
  message: Request | Response,
  limit: number,
  signal?: AbortSignal,
): Promise<BodyStart> {
  signal?.throwIfAborted();
  const reader = message.body?.getReader();
  if (!reader) return { bytes: new Uint8Array(), isWhole: true };
  // A body that has failed already cannot be cancelled, and need not be.
  const stop = (): void => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const start = await collect(reader, limit);
    signal?.throwIfAborted(); // a cancelled reader looks like the end of the body
    return start;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  limit: number,
): Promise<BodyStart> {
  const parts: Uint8Array[] = [];
  let room = limit;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value.subarray(0, room));
    if (part.value.length > room) {
      reader.cancel().catch(() => {}); // as above
      return { bytes: joinBytes(parts), isWhole: false };
    }
    room -= part.value.length;
  }
  return { bytes: joinBytes(parts), isWhole: true };
}
