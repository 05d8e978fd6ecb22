/** Tells whether files of settings have changed, without reading them. */
import type { Files } from "../../../base/world.ts";
import type { KeyPaths } from "../../session/keys.ts";

/** The state of a file that is not there. */
export const NO_FILE = "none";

/** The state of a file; another one once it was written, replaced or removed. */
export function stampOf(path: string, files: Pick<Files, "stat">): string {
  const info = files.stat(path);
  // A copy that keeps the time, as `cp -p` and `rsync` make, is another file all the same.
  return info === undefined ? NO_FILE : `${info.mtimeMs} ${info.size} ${info.id ?? ""}`;
}

/** The same of both key files. */
export function keyStampOf(
  { swarmKeyPath, identityKeyPath }: KeyPaths,
  files: Pick<Files, "stat">,
): string {
  return `${stampOf(swarmKeyPath, files)}, ${stampOf(identityKeyPath, files)}`;
}
