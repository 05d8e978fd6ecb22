/** Duties that are due now and then: a marker file holds when they were last done. */
import { shellWord } from "../../base/shell_words.ts";
import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { folderOf } from "../../base/folder_of.ts";

/** What of the World a turn needs. */
export type TurnWorld = Pick<World, "files" | "clock">;

/** A duty that is done at most once an interval, by whichever process comes first. */
export interface Duty {
  /** Holds the time it was last done, in seconds since the Unix epoch, as text. */
  readonly markerPath: string;
  readonly intervalSec: number;
}

/** When a duty was last done and is next due. */
export interface DutyState {
  readonly lastUnix: number | undefined;
  readonly nextDueInSec: number;
}

// A process that died while it held the lock has held it for longer than any duty takes.
const STALE_LOCK_MS = 10 * 60_000;

/**
 * Does the duty if it is due and nobody else is at it, then notes the time; whether it was done.
 *
 * A failing duty is not noted, so that it is tried again next time. A marker in the future, left by a
 * clock that was wrong, counts as now.
 *
 * @throws {RrError} `io`, if the marker cannot be read, understood or written; what `act` throws
 */
export async function takeTurn(
  world: TurnWorld,
  duty: Duty,
  act: () => void | Promise<void>,
): Promise<boolean> {
  if (!isDue(world, duty)) return false;
  const lock = `${duty.markerPath}.lock`;
  if (!claim(world, lock)) return false;
  try {
    if (!isDue(world, duty)) return false;
    await act();
    note(world, duty);
    return true;
  } finally {
    world.files.remove(lock);
  }
}

/**
 * When the duty was last done and in how many seconds it is due; changes nothing.
 *
 * @throws {RrError} `io`, if the marker cannot be read or understood
 */
export function dutyState(world: TurnWorld, duty: Duty): DutyState {
  const lastUnix = readMarker(world, duty.markerPath);
  if (lastUnix === undefined) return { lastUnix, nextDueInSec: 0 };
  const age = Math.max(0, nowUnix(world) - lastUnix);
  return { lastUnix, nextDueInSec: Math.max(0, duty.intervalSec - age) };
}

function isDue(world: TurnWorld, duty: Duty): boolean {
  const { lastUnix, nextDueInSec } = dutyState(world, duty);
  if (lastUnix !== undefined && lastUnix > nowUnix(world)) note(world, duty);
  return nextDueInSec === 0;
}

function claim(world: TurnWorld, lock: string): boolean {
  world.files.makePrivateFolder(folderOf(lock));
  if (world.files.createPrivate(lock, "")) return true;
  // One from the future was left by a process whose clock was wrong.
  const age = Math.abs(world.clock.now() - (world.files.stat(lock)?.mtimeMs ?? 0));
  if (age < STALE_LOCK_MS) return false;
  world.files.remove(lock);
  return world.files.createPrivate(lock, "");
}

function note(world: TurnWorld, duty: Duty): void {
  world.files.replacePrivate(duty.markerPath, `${nowUnix(world)}\n`);
}

function readMarker(world: TurnWorld, path: string): number | undefined {
  const text = world.files.readText(path)?.trim() ?? "";
  if (text === "") return undefined;
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new RrError("io", `Cannot use the marker "${path}": expected seconds since 1970`, {
    hint: `Remove it: rm ${shellWord(path)}`,
  });
}

function nowUnix(world: TurnWorld): number {
  return Math.floor(world.clock.now() / 1000);
}
