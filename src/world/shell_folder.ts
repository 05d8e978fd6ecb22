import { cleanFolder } from "../base/folder.ts";
import type { Files } from "../base/world.ts";

/**
 * The working folder by the name that the shell has for it. Hooks note `$PWD`, which keeps the symbolic
 * links that were gone through, while the system's answer has none: the two have to agree, or nothing that
 * was run here is found here. `$PWD` is believed only where it is clean and is the same folder.
 */
export function shellFolder(
  real: string | undefined,
  pwd: string | undefined,
  files: Pick<Files, "stat">,
): string | undefined {
  if (real === undefined || pwd === undefined || pwd === real) return real;
  if (!pwd.startsWith("/") || cleanFolder(pwd) !== pwd) return real;
  try {
    const id = files.stat(pwd)?.id;
    return id !== undefined && id === files.stat(real)?.id ? pwd : real;
  } catch {
    return real; // a folder we may not look at
  }
}
