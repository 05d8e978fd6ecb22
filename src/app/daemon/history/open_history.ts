/** The history of a daemon with its lock, and how it is opened anew when its file was lost. */
import { pause } from "../../../base/async/timer.ts";
import { backoffMs } from "../../../base/async/retry.ts";
import { RESTARTS } from "../../../base/async/supervise.ts";
import type { Logger } from "../../../base/log.ts";
import { causeChain, RrError } from "../../../base/rr_error.ts";
import { folderOf } from "../../../base/folder_of.ts";
import type { DeviceId } from "../../../history/entry.ts";
import type { Files } from "../../../base/world.ts";
import { DaemonRuns } from "../../../process/lock.ts";
import type { History } from "../../../store/file/open_history.ts";
import { takeAgain } from "../../../spool/take_again.ts";
import type { RunDaemonDeps } from "../context.ts";
import { FileGuard, type HistoryLostError } from "../watch/file_guard.ts";

/** An open history of which this process is the daemon. */
export class OpenHistory implements Disposable {
  readonly history: History;
  readonly guard: FileGuard;
  readonly #lock: Disposable | undefined;

  /** Takes over both. */
  constructor(
    history: History,
    files: Files,
    deviceId: DeviceId,
    lock: Disposable | undefined,
  ) {
    this.history = history;
    this.guard = new FileGuard(history, files, deviceId);
    this.#lock = lock;
  }

  /** Closes the history, then what must outlive it. */
  [Symbol.dispose](): void {
    this.guard[Symbol.dispose]();
    this.#lock?.[Symbol.dispose]();
  }
}

/**
 * Becomes the daemon of a history: takes its lock and watches its file. If either fails, both are let
 * go of, or the next try would find the lock taken by this process.
 *
 * @param takeLock takes the lock, if there is one to take
 * @throws what `takeLock` throws; {RrError} what the history throws
 */
export function becomeDaemon(
  history: History,
  files: Files,
  deviceId: DeviceId,
  takeLock: () => Disposable | undefined,
): OpenHistory {
  let lock: Disposable | undefined;
  try {
    lock = takeLock();
    return new OpenHistory(history, files, deviceId, lock);
  } catch (error) {
    history[Symbol.dispose]();
    lock?.[Symbol.dispose]();
    throw error;
  }
}

/** What opening anew needs. */
export interface OpenAgainDeps extends Pick<RunDaemonDeps, "world" | "logger"> {
  readonly open: () => OpenHistory;
  readonly spoolFolder: string;
  /** Told why there is no history, and when there is one again. */
  readonly onProblem: (problem: string | undefined) => void;
}

/** A restore moves the old file away first: time for the new one to come, before an empty one is made. */
const RESTORE_MS = 3_000;
const LOOK_MS = 200;
/** Tries, over half a minute, after which somebody else is taken to be the daemon of the new file. */
const MOST_BUSY = 5;

/**
 * Opens the history at the path anew, as often as it takes; `undefined` if the signal is aborted
 * first. What the spool still holds of the last seconds is taken in again.
 *
 * @throws {DaemonRuns} if another process has become its daemon
 */
export async function openAgain(
  lost: HistoryLostError,
  deps: OpenAgainDeps,
  signal: AbortSignal,
): Promise<OpenHistory | undefined> {
  const { world, logger, onProblem } = deps;
  logger.error("The history is not the file that was opened any more: letting go of it", {
    error: lost.message,
  });
  onProblem(lost.message);
  if (lost.isGone) await untilThere(lost.path, deps, signal);
  for (let failures = 0; !signal.aborted;) {
    let opened: OpenHistory | undefined;
    try {
      opened = deps.open();
      const files = takeAgain(deps.spoolFolder, world.files);
      putBack(lost, opened, logger);
      logger.warn("The history is open again", {
        entries: opened.history.log.count(),
        spool_files_again: files,
      });
      onProblem(undefined);
      writeDown(lost, opened.history, logger);
      return opened;
    } catch (error) {
      opened?.[Symbol.dispose](); // or the next try would find its lock taken, by this process
      if (error instanceof DaemonRuns && failures >= MOST_BUSY) throw error;
      const text = causeChain(error);
      if (++failures === 1) logger.error("Cannot open the history, trying again", { error: text });
      onProblem(`${lost.message}, and cannot be opened: ${text}`);
    }
    await pause(world.clock, backoffMs(failures, RESTARTS, world.random), signal);
  }
}

// What has been deleted or pruned meanwhile stays away.
function putBack({ kept }: HistoryLostError, { history }: OpenHistory, logger: Logger): void {
  if (kept.length === 0) return;
  const { inserted } = history.log.append(kept, { fromPeer: true });
  if (inserted > 0) logger.warn("Put entries of the lost log back", { count: inserted });
}

function writeDown(lost: HistoryLostError, history: History, logger: Logger): void {
  try {
    history.incidents.add({ kind: "file-lost", name: lost.what });
  } catch (error) {
    if (!(error instanceof RrError)) throw error;
    logger.debug("Could not write down what happened", { error: causeChain(error) });
  }
}

/**
 * A folder that is gone too is a disk that is not mounted: nothing may be made in its place. One that
 * may not be looked into is not known to be empty.
 */
async function untilThere(
  path: string,
  { world, onProblem }: OpenAgainDeps,
  signal: AbortSignal,
): Promise<void> {
  const { clock, files } = world;
  const since = clock.monotonic();
  const folder = folderOf(path);
  while (!signal.aborted) {
    const file = seen(path, files);
    if (file === "there") return;
    if (clock.monotonic() - since >= RESTORE_MS) {
      if (file === "absent" && seen(folder, files) === "there") return;
      const what = file === "hidden" ? "cannot be looked into" : "is gone";
      onProblem(`The folder "${folder}" of the history ${what}`);
    }
    await pause(clock, LOOK_MS, signal);
  }
}

function seen(path: string, files: Pick<Files, "stat">): "there" | "absent" | "hidden" {
  try {
    return files.stat(path) === undefined ? "absent" : "there";
  } catch (error) {
    if (error instanceof RrError && error.code === "io") return "hidden";
    throw error;
  }
}
