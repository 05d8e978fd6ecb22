/** Clears from the file what a deletion left in its free space. */
import { drainFirst } from "../../../app/intake.ts";
import { retry } from "../../../base/async/retry.ts";
import { RrError } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";
import type { Settings } from "../../../config/settings.ts";
import { type History, openHistory } from "../../../store/file/open_history.ts";
import { ExitCode } from "../../exit_code.ts";
import { printWarning } from "../../print/print.ts";
import { startStages } from "../../print/progress.ts";

/** Another process may be reading for a moment; the daemon does so all the time, but briefly. */
const SCRUB_TRIES = { attempts: 4, baseMs: 100, capMs: 1_000 };
/** So long SQLite itself waits in each try, and nothing else happens meanwhile. */
const BUSY_TIMEOUT_MS = 1_000;

/** Opens the history so that it may be cleared. */
export function openForDeleting(world: World, settings: Settings): History {
  return openHistory(settings.dbPath, {
    files: world.files,
    clock: world.clock,
    busyTimeoutMs: BUSY_TIMEOUT_MS,
  });
}

/** What the picker starts in the background, so that nobody waits for the file to be rewritten. */
export async function finish(world: World, settings: Settings): Promise<number> {
  using history = openForDeleting(world, settings);
  await drainFirst(world, settings, history);
  if (history.removal.scrubDue()) await scrub(world, history);
  return ExitCode.OK;
}

/** Clears it. Who reads meanwhile is waited for, a few seconds at most. */
export async function scrub(world: World, history: History): Promise<void> {
  const isRetryable = (error: unknown): boolean =>
    error instanceof RrError && error.code === "busy";
  const clear = (attempt: number): Promise<void> => {
    if (attempt === 1) printWarning(world, "another process reads the history, trying again");
    return Promise.resolve().then(() => scrubShown(world, history));
  };
  await retry(clear, SCRUB_TRIES, world, { isRetryable });
}

function scrubShown(world: World, history: History): void {
  const { fileBytes } = history.maintenance.size();
  if (fileBytes < LARGE_FILE_BYTES) return history.removal.scrub();
  using bar = startStages(world);
  history.removal.scrub((step) => {
    if (step === "index") bar.at(0, "clearing the index");
    else bar.at(INDEX_SHARE, `writing ${Math.round(fileBytes / 1e6)} MB anew without them`);
  });
}

/** Rewriting this much takes as long as a person waits without a word. */
const LARGE_FILE_BYTES = 50_000_000;
/** What clearing the index takes of it all. */
const INDEX_SHARE = 0.3;
