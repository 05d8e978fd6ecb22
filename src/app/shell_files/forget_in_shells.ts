/** Takes commands out of the history files of this device's shells. */
import fs from "node:fs";
import type { Clock } from "../../base/clock.ts";
import { causeChain, RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { comparable, type ForgettingShell, withoutCommands } from "../../import/forget_commands.ts";
import { usualFiles } from "../../import/usual_places.ts";
import { type CopyAttributes, RewrittenFile } from "../../process/rewrite_file.ts";
import type { Run } from "../../service/run.ts";
import { isLockedByKernel } from "./kernel_locks.ts";
import { lockAsZsh } from "./zsh_lock.ts";

const SHELLS: readonly ForgettingShell[] = ["zsh", "bash", "fish"];
/** A shell writes its history in some milliseconds. */
const WAIT_MS = 3_000;
const LOOK_MS = 100;

/** What became of one file. */
export interface ForgottenIn {
  readonly shell: ForgettingShell;
  readonly path: string;
  /** Commands that were taken out, or would be. */
  readonly removed: number;
  /** Why nothing was. */
  readonly error: string | undefined;
}

/** What it needs. */
export interface ForgetDeps {
  readonly world: Pick<World, "env" | "files" | "clock" | "os" | "pid" | "hostname">;
  readonly run: Run;
}

/**
 * Takes every line that is one of these commands out of every history file that is there, whichever of
 * the runs was meant: a shell's file does not tell one from another. Files without any are not listed.
 *
 * @param dryRun only counts
 */
export async function forgetInShells(
  commands: Iterable<string>,
  deps: ForgetDeps,
  dryRun = false,
): Promise<readonly ForgottenIn[]> {
  const unwanted = new Set(Array.from(commands, comparable));
  unwanted.delete("");
  const found: ForgottenIn[] = [];
  const seen = new Set<string>();
  for (const shell of SHELLS) {
    for (const path of usualFiles(shell, (name) => deps.world.env(name), deps.world.files)) {
      const real = deps.world.files.realPath(path);
      if (real === undefined || seen.has(real)) continue;
      seen.add(real);
      const done = await forgetIn({ shell, path }, unwanted, deps, dryRun);
      if (done.removed > 0 || done.error !== undefined) found.push(done);
    }
  }
  return found;
}

type Place = Pick<ForgottenIn, "shell" | "path">;

async function forgetIn(
  place: Place,
  unwanted: ReadonlySet<string>,
  deps: ForgetDeps,
  dryRun: boolean,
): Promise<ForgottenIn> {
  try {
    // Most files hold nothing of it, and need no lock to see that.
    const removed = dryRun || look(place, unwanted) === 0
      ? look(place, unwanted)
      : await rewrite(place, unwanted, deps);
    return { ...place, removed, error: undefined };
  } catch (error) {
    if (!(error instanceof RrError)) throw error;
    return { ...place, removed: 0, error: causeChain(error) };
  }
}

function look({ shell, path }: Place, unwanted: ReadonlySet<string>): number {
  using file = RewrittenFile.read(path);
  return withoutCommands(file.bytes, shell, unwanted).removed;
}

async function rewrite(
  { shell, path }: Place,
  unwanted: ReadonlySet<string>,
  { world, run }: ForgetDeps,
): Promise<number> {
  const { clock, pid } = world;
  const hostname = world.hostname() ?? "localhost";
  using _lock = shell === "zsh"
    ? await lockAsZsh(path, { pid, hostname, clock, waitMs: WAIT_MS })
    : undefined;
  for (const until = clock.monotonic() + WAIT_MS;;) {
    using file = RewrittenFile.read(path);
    try {
      if (await isLockedByKernel(file.inode, world.os, run)) {
        throw new RrError("busy", `Another program is writing "${path}" and has locked it`);
      }
      const { bytes, removed } = withoutCommands(file.bytes, shell, unwanted);
      if (removed > 0) await file.replace(bytes, copyAttributesWith(run, clock));
      return removed;
    } catch (error) {
      const isBusy = error instanceof RrError && error.code === "busy";
      if (!isBusy || clock.monotonic() >= until) throw error;
    }
    await clock.sleep(LOOK_MS);
  }
}

// Node and Deno cannot read them. Where `cp` does not copy them (macOS, busybox), owner and mode have to do.
function copyAttributesWith(run: Run, clock: Clock): CopyAttributes {
  return async (from, to) => {
    await run(["cp", "--attributes-only", "--preserve=all", "--", from, to]);
    const seconds = clock.now() / 1000;
    fs.utimesSync(to, seconds, seconds);
  };
}
