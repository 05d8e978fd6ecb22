/** Has the spool read again, when the history that it was taken into is not the one in use any more. */
import type { Files } from "../base/world.ts";
import { sortNames } from "./spool_names.ts";

/**
 * Marks everything that is still there as not read; the number of files. What the history has all the
 * same is ignored by its id.
 */
export function takeAgain(folder: string, files: Pick<Files, "list" | "rename">): number {
  const read = sortNames(files.list(folder)).taken.filter((file) => file.readTo !== undefined);
  for (const { name, stem } of read) files.rename(`${folder}/${name}`, `${folder}/${stem}.taken`);
  return read.length;
}
