import { joinBytes } from "../../base/bytes.ts";

/** A body that has more bytes than it may. */
export class BodyTooLargeError extends Error {
  /** Creates the error for a limit in bytes. */
  constructor(limit: number) {
    super(`Cannot read a body of more than ${limit} bytes`);
    this.name = "BodyTooLargeError";
  }
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
  const reader = message.body?.getReader();
  if (!reader) return new Uint8Array();
  // A body that has failed already cannot be cancelled, and need not be.
  const stop = (): void => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const body = await collect(reader, limit);
    signal?.throwIfAborted(); // a cancelled reader looks like the end of the body
    return body;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  limit: number,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > limit) {
      reader.cancel().catch(() => {}); // as above
      throw new BodyTooLargeError(limit);
    }
    parts.push(part.value);
  }
  return joinBytes(parts);
}
