/**
 * Whether an open file is as long as it should be, asked several times a second. On Deno a read of its
 * last bytes takes a tenth of what `fstatSync()` does, which makes an object of all that is known.
 */
import { readSync } from "node:fs";

const END = new Uint8Array(2);

/** Whether the file has at least so many bytes. */
export function hasBytes(fd: number, bytes: number): boolean {
  return bytes === 0 || readSync(fd, END, 0, 1, bytes - 1) === 1;
}

/** Whether the file has so many bytes, and not one more. */
export function isSoLong(fd: number, bytes: number): boolean {
  if (bytes === 0) return !hasBytes(fd, 1);
  return readSync(fd, END, 0, 2, bytes - 1) === 1;
}
