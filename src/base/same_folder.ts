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
  const seen = new SeenFolders(files, clock, answering);
  const originOf = (folder: string): string => seen.look(folder).origin;
  return {
    isSame: (a, b) => a === b || originOf(a) === originOf(b),
    isWithin: (folder, root) =>
      isWithin(folder, root) || isWithin(seen.look(folder).real, seen.look(root).real) ||
      isWithin(originOf(folder), originOf(root)),
    keyOf: originOf,
  };
}

/** What was seen of folders within the last second. */
class SeenFolders {
  readonly #files: Pick<Files, "realPath" | "readText">;
  readonly #clock: Pick<Clock, "now">;
  readonly #answering: FolderSenseOptions["answering"];
  #seen = new Map<string, Known>();
  #mounts: MountTable | undefined;
  #seenAtMs = -Infinity;

  constructor(
    files: Pick<Files, "realPath" | "readText">,
    clock: Pick<Clock, "now">,
    answering: FolderSenseOptions["answering"],
  ) {
    this.#files = files;
    this.#clock = clock;
    this.#answering = answering;
  }

  look(folder: string): Known {
    this.#forgetOld();
    return this.#known(folder);
  }

  #forgetOld(): void {
    const nowMs = this.#clock.now();
    if (nowMs >= this.#seenAtMs && nowMs - this.#seenAtMs < BELIEVED_MS) return;
    this.#seen = new Map();
    this.#mounts = undefined;
    this.#seenAtMs = nowMs;
  }

  #known(folder: string): Known {
    let found = this.#seen.get(folder);
    if (found === undefined) this.#seen.set(folder, found = this.#find(folder));
    return found;
  }

  #find(folder: string): Known {
    const mounts = this.#mounts ??= mountsOf(this.#files, this.#answering);
    if (folder === "/" || !folder.startsWith("/")) {
      return { real: folder, isThere: folder === "/", origin: folder };
    }
    const parent = this.#known(folderOf(folder));
    const name = folder.slice(folder.lastIndexOf("/") + 1);
    const usual = `${parent.real === "/" ? "" : parent.real}/${name}`;
    const real = parent.isThere && !mounts.isAway(usual) ? this.#files.realPath(usual) : undefined;
    return {
      real: real ?? usual,
      isThere: real !== undefined,
      origin: mounts.originOf(real ?? usual),
    };
  }
}
