/** What programs hand over under the name of a file, such as a pipe: it can be read only once, and may not end. */
import type { Files, World } from "../base/world.ts";

const HANDED_OVER = /^\/(?:dev\/(?:stdin|fd\/\d+)|proc\/(?:self|\d+)\/fd\/\d+)$/;
// By its number, since the name cannot be opened where it is a socket, as it is below sshd.
const STDIN = /^\/(?:dev\/(?:stdin|fd\/0)|proc\/self\/fd\/0)$/;

/** What is read at once: more than ten million commands. Twice as much is held in memory for a while. */
export const MOST_BYTES = 2 ** 30;

/** Whether the path is a name for something that was handed over. */
export function isHandedOver(path: string): boolean {
  return HANDED_OVER.test(path);
}

/**
 * The files, with what was handed over under `path` already read: at most {@linkcode MOST_BYTES} and one.
 * No signal is heeded while a pipe is waited for, so nothing may have been begun yet.
 *
 * @throws {import("../base/rr_error.ts").RrError} `io` if it cannot be read
 */
export function filesHolding(path: string, world: Pick<World, "files" | "stdin">): Files {
  const { files, stdin } = world;
  if (!isHandedOver(path)) return files;
  const bytes = STDIN.test(path) ? stdin.readAll(MOST_BYTES) : files.readHead(path, MOST_BYTES + 1);
  return {
    ...files,
    readBytes: (other) => other === path ? bytes : files.readBytes(other),
  };
}
