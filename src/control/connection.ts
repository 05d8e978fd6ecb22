/** One connection of the control socket, on either side: whole lines in, whole lines out. */
import { joinBytes } from "../base/bytes.ts";
import type { Socket } from "node:net";
import { RrError } from "../base/rr_error.ts";

const NEWLINE = 0x0a;

/**
 * The next lines of a connection, without their ends; ends when the other side does. What follows the last
 * newline is dropped.
 *
 * @throws {RrError} `invalid` at a line of more than `maxBytes`; whatever breaks the connection
 */
export async function* readLines(socket: Socket, maxBytes: number): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let parts: Uint8Array[] = [];
  let size = 0;
  // The default would close a connection of which the other side has closed its half.
  for await (const data of socket.iterator({ destroyOnReturn: false })) {
    let chunk = data as Uint8Array;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE)) {
      checkSize(size + end, maxBytes);
      parts.push(chunk.subarray(0, end));
      yield decoder.decode(joinBytes(parts));
      chunk = chunk.subarray(end + 1);
      parts = [];
      size = 0;
    }
    size += chunk.length;
    checkSize(size, maxBytes);
    parts.push(chunk);
  }
}

/** Writes a line; resolves when the other side has room for more. Rejects if it is gone. */
export function writeLine(socket: Socket, line: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (socket.destroyed) return Promise.reject(new Error("The connection is closed"));
  socket.write(line, (error) => error ? reject(error) : resolve());
  return promise;
}

function checkSize(size: number, most: number): void {
  if (size > most) throw new RrError("invalid", `Cannot read a line of more than ${most} bytes`);
}
