/** Which names are names of one folder: what symbolic links and bind mounts make of them. */
import type { Clock } from "./clock.ts";
import { isWithin } from "./folder.ts";
import { folderOf } from "./folder_of.ts";
import { mountsOf, type MountTable } from "./mounts.ts";
import type { Files } from "./world.ts";

/** Tells folders apart; all names clean (see `cleanFolder`). */
export interface FolderSense {
  /** Whether both are names of one folder. */
  isSame(a: string, b: string): boolean;
  /** Whether the folder is `root` or lies below it, by any of its names. */
  isWithin(folder: string, root: string): boolean;
  /** The same text for all names of one folder, another for any other folder. */
  keyOf(folder: string): string;
}

/** Where nobody can look: folders have one name. */
export const NAMES_DECIDE: FolderSense = {
  isSame: (a, b) => a === b,
  isWithin,
  keyOf: (folder) => folder,
};

/** What is known of a folder. */
interface Known {
  /** Without symbolic links. Of a folder that is gone, as far as its ancestors are there. */
  readonly real: string;
  /** Whether it was there; what is below one that is not need not be asked for. */
  readonly isThere: boolean;
  /** {@linkcode real}, or where that is in its file system, if several mounts show that one. */
  readonly origin: string;
}

/** How long what was seen is believed: long enough for one answer, and a changed link counts at once. */
const BELIEVED_MS = 1_000;

/** What {@linkcode folderSense} takes besides. */
export interface FolderSenseOptions {
  /**
   * Folders of which it is known that they answer. If given, no other network file system is looked into:
   * one whose server is away would hold up the answer for minutes.
   *
   * @default {all answer}
   */
  readonly answering?: readonly (string | undefined)[];
}

/** The sense of this machine. Looks at each folder and its ancestors once within a second: 15 us each. */
export function folderSense(
  files: Pick<Files, "realPath" | "readText">,
  clock: Pick<Clock, "now">,
  { answering }: FolderSenseOptions = {},
): FolderSense {
  let seen = new Map<string, Known>();
  let mounts: MountTable | undefined;
  let seenAtMs = -Infinity;

  function refresh(): void {
    const nowMs = clock.now();
    if (nowMs >= seenAtMs && nowMs - seenAtMs < BELIEVED_MS) return;
    seen = new Map();
    mounts = undefined;
    seenAtMs = nowMs;
  }

  function look(folder: string): Known {
    let found = seen.get(folder);
    if (found === undefined) seen.set(folder, found = find(folder));
    return found;
  }

  function find(folder: string): Known {
    mounts ??= mountsOf(files, answering);
    if (folder === "/" || !folder.startsWith("/")) {
      return { real: folder, isThere: folder === "/", origin: folder };
    }
    const parent = look(folderOf(folder));
    const name = folder.slice(folder.lastIndexOf("/") + 1);
    const usual = `${parent.real === "/" ? "" : parent.real}/${name}`;
    const real = parent.isThere && !mounts.isAway(usual) ? files.realPath(usual) : undefined;
    return {
      real: real ?? usual,
      isThere: real !== undefined,
      origin: mounts.originOf(real ?? usual),
    };
  }

  function known(folder: string): Known {
    refresh();
    return look(folder);
  }
  return {
    isSame: (a, b) => a === b || known(a).origin === known(b).origin,
    isWithin: (folder, root) =>
      isWithin(folder, root) || isWithin(known(folder).real, known(root).real) ||
      isWithin(known(folder).origin, known(root).origin),
    keyOf: (folder) => known(folder).origin,
  };
}
