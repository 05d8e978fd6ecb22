/** What is mounted where, as far as it gives folders several names or keeps from looking at them. */
import { isWithin } from "./folder.ts";
import { folderOf } from "./folder_of.ts";
import type { Files } from "./world.ts";

/** The mounts of this machine. */
export interface MountTable {
  /**
   * Where a path without symbolic links is in its file system; the same for all mounts that show that one.
   * Begins with `/` as paths do.
   */
  originOf(path: string): string;
  /** Whether the path is on a file system that may not answer. */
  isAway(path: string): boolean;
}

interface Mount {
  /** Which file system, and which folder of it is shown. */
  readonly device: string;
  readonly root: string;
  readonly type: string;
}

/** Linux has it; elsewhere there are no bind mounts, and nothing is known of the others. */
const MOUNTS = "/proc/self/mountinfo";
const NETWORK_TYPE = /^(?:nfs4?|cifs|smb3|smbfs|ncpfs|afs|ceph|glusterfs|autofs|9p|fuse\..*)$/;
/** Where macOS mounts what is elsewhere. */
const NETWORK_ROOTS: readonly string[] = ["/Volumes", "/Network", "/net"];

/**
 * The mounts as they are now.
 *
 * @param answering folders whose file systems answer, if not all do
 */
export function mountsOf(
  files: Pick<Files, "readText">,
  answering: readonly (string | undefined)[] | undefined,
): MountTable {
  const mounts = parse(read(files));
  const alive = new Set(answering?.map((folder) => folder && pointOf(mounts, folder)));
  return {
    originOf(path): string {
      const point = pointOf(mounts, path);
      const mount = point === undefined ? undefined : mounts.get(point);
      if (mount === undefined) return path;
      const rest = path.slice(point === "/" ? 0 : point!.length);
      return `/${mount.device}${mount.root === "/" ? "" : mount.root}${rest === "/" ? "" : rest}`;
    },
    isAway(path): boolean {
      if (answering === undefined) return false;
      const point = pointOf(mounts, path);
      if (alive.has(point)) return false;
      return point === undefined
        ? NETWORK_ROOTS.some((root) => isWithin(path, root))
        : NETWORK_TYPE.test(mounts.get(point)!.type);
    },
  };
}

function read(files: Pick<Files, "readText">): string {
  try {
    return files.readText(MOUNTS) ?? "";
  } catch {
    return ""; // none of our business to see them
  }
}

// "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw": of one place, the last mount is seen.
function parse(text: string): ReadonlyMap<string, Mount> {
  const mounts = new Map<string, Mount>();
  for (const line of text.split("\n")) {
    const [before = "", behind = ""] = line.split(" - ");
    const [, , device, root, point] = before.split(" ");
    const [type] = behind.split(" ");
    if (device === undefined || !root?.startsWith("/") || !point?.startsWith("/") || !type) {
      continue;
    }
    mounts.set(unescape(point), { device, root: unescape(root), type });
  }
  return mounts;
}

// Blanks, tabs, newlines and backslashes stand there as their octal numbers.
function unescape(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
}

function pointOf(mounts: ReadonlyMap<string, Mount>, path: string): string | undefined {
  for (let folder = path;; folder = folderOf(folder)) {
    if (mounts.has(folder)) return folder;
    if (folder === "/" || !folder.startsWith("/")) return undefined;
  }
}
