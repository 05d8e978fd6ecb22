/** zsh's own lock of its history file: a symbolic link beside it (`lockhistfile` in its Src/hist.c). */
import fs from "node:fs";
import type { Clock } from "../../base/clock.ts";
import { RrError, toError } from "../../base/rr_error.ts";

/** zsh takes a lock that is as old as this for left over. */
const LEFT_OVER_MS = 10_000;
const LOOK_MS = 50;

/**
 * Takes the lock, waiting for who has it; every zsh then waits for us. Disposing gives it back.
 *
 * @param history the path that zsh knows the file under
 * @throws {RrError} `busy` if somebody has it for longer; `io` if it cannot be made
 */
export async function lockAsZsh(
  history: string,
  { pid, hostname, clock, waitMs }: {
    readonly pid: number;
    readonly hostname: string;
    readonly clock: Clock;
    readonly waitMs: number;
  },
): Promise<Disposable> {
  const path = `${history}.LOCK`;
  const until = clock.monotonic() + waitMs;
  for (;;) {
    if (tryLock(path, `/pid-${pid}/host-${hostname}`)) {
      return { [Symbol.dispose]: () => fs.rmSync(path, { force: true }) };
    }
    if (isLeftOver(path, clock.now())) fs.rmSync(path, { force: true });
    else if (clock.monotonic() >= until) {
      throw new RrError("busy", `A zsh is writing "${history}" (it holds ${path})`);
    } else await clock.sleep(LOOK_MS);
  }
}

function tryLock(path: string, content: string): boolean {
  try {
    fs.symlinkSync(content, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new RrError("io", `Cannot lock by "${path}": ${toError(error).message}`);
  }
}

function isLeftOver(path: string, now: number): boolean {
  const info = fs.lstatSync(path, { throwIfNoEntry: false });
  return info !== undefined && now - info.mtimeMs > LEFT_OVER_MS;
}
