/** Locks that other programs hold on a file: fish takes one, and zsh with HIST_FCNTL_LOCK. */
import type { World } from "../../base/world.ts";
import type { Run } from "../../service/run.ts";

/** Whether anybody holds a lock on the inode; `false` where the system does not tell. */
export async function isLockedByKernel(
  inode: bigint,
  os: World["os"],
  run: Run,
): Promise<boolean> {
  if (os !== "linux") return false;
  // By `cat`, since Deno keeps programs out of /proc.
  const { stdout } = await run(["cat", "/proc/locks"]);
  return holdsLock(stdout, inode);
}

/** The same, from the text of `/proc/locks`: `1: POSIX  ADVISORY  WRITE 77 08:01:131 0 EOF`. */
export function holdsLock(locks: string, inode: bigint): boolean {
  return locks.split("\n").some((line) => {
    const file = line.split(/\s+/).find((word) => /^[0-9a-f]+:[0-9a-f]+:\d+$/.test(word));
    return file !== undefined && BigInt(file.slice(file.lastIndexOf(":") + 1)) === inode;
  });
}
