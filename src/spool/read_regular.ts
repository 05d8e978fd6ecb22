import { RrError } from "../base/rr_error.ts";
import type { Files } from "../base/world.ts";

/**
 * Reads a file of the spool; `undefined` if there is none. A pipe of that name would keep us waiting for
 * somebody to write to it.
 *
 * @throws {RrError} `io` if it cannot be read, or is neither a file nor a folder
 */
export function readRegular(
  { files, folder }: { readonly files: Files; readonly folder: string },
  name: string,
): Uint8Array | undefined {
  const path = `${folder}/${name}`;
  if (files.stat(path)?.kind === "other") {
    throw new RrError("io", `Cannot take in "${path}": it is not a regular file`);
  }
  return files.readBytes(path);
}
