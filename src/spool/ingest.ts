/**
 * Takes what the shell hooks wrote into the history, exactly once.
 *
 * A spool file has one writer and any number of takers. A taker renames it, so that the shell starts a
 * new one with its next record, and reads what it has renamed. Ids are derived from the session and
 * the record's key: whatever is read twice (two takers at once, a crash after the insert) is ignored
 * the second time. No offset is kept and no file is cut short.
 *
 * A shell may have opened the file just before it was renamed. It looks after each record whether the
 * file still has its name, and writes once more if not: so a record is in a file that was read after it
 * was written, or in the next one as well, however long the shell was held up. A renamed file goes away
 * when its shell has started a new one, or some time after, which lets records be read that are not
 * finished yet.
 */
import { toHex } from "../base/bytes.ts";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { RrError } from "../base/rr_error.ts";
import type { Files } from "../base/world.ts";
import type { CaptureRules } from "../capture/rules.ts";
import type { Entry } from "../history/entry.ts";
import { parseSpool, type SpoolRecord } from "../shell/spool_record.ts";
import { readRegular } from "./read_regular.ts";
import { clockErrorMs, toEntry } from "./to_entry.ts";
import { sortNames, type SpoolListing, type TakenFile } from "./spool_names.ts";

/** What taking in needs. */
export interface IngestDeps {
  readonly files: Files;
  readonly clock: Clock;
  readonly random: Random;
  /** Where the hooks write; need not exist. */
  readonly folder: string;
  /** The history; satisfied by the store's `EntryLog`. */
  readonly log: {
    append(entries: readonly Entry[]): { readonly inserted: number; readonly ignored: number };
    /** Throws unless the history's path still names the file that is appended to. */
    checkPlace?(): void;
  };
  readonly userId: string;
  readonly deviceId: string;
  /** Asked for only when there is something to take in. */
  readonly rules: () => CaptureRules | Promise<CaptureRules>;
}

/** How {@linkcode ingestSpools} treats what it has read. */
export interface IngestOptions {
  /**
   * How long after a rename the rest of a record is waited for, if nothing tells that its shell has
   * gone on. Opening, writing and closing takes it well under a millisecond. @default {10_000}
   */
  readonly settleMs?: number;
}

/** What was taken in. */
export interface IngestReport {
  readonly inserted: number;
  /** Known before: taken in by another process, or deleted. */
  readonly ignored: number;
  /** Not recorded by rule. */
  readonly skipped: number;
  /** Records that were cut short; their rest is set aside. */
  readonly broken: number;
  /** Files that were left because the rules cannot be made. */
  readonly waiting: number;
  /** Why, with code `config`. */
  readonly problem: RrError | undefined;
  /** Files that were left because they cannot be read, renamed or removed, as those of another user. */
  readonly unreadable: readonly string[];
}

const NOTHING: IngestReport = {
  inserted: 0,
  ignored: 0,
  skipped: 0,
  broken: 0,
  waiting: 0,
  problem: undefined,
  unreadable: [],
};
const SETTLE_MS = 10_000;
const SCRATCH_MS = 24 * 3_600_000;

/**
 * Takes in everything that is finished. Safe to run in several processes at once, and to be killed at
 * any point. Looking at a folder with nothing new costs one listing.
 *
 * With rules that cannot be made (a pattern with a mistake) nothing is taken: the commands wait where
 * they are until it is corrected, and the report says so.
 *
 * A file that cannot be handled is left where it is, named in the report, and keeps none of the others.
 *
 * @throws {RrError} what the history throws, or `io` if the folder cannot be listed; everything not yet
 * in the history is still there
 */
export async function ingestSpools(
  deps: IngestDeps,
  options: IngestOptions = {},
): Promise<IngestReport> {
  const listing = sortNames(deps.files.list(deps.folder));
  const left = new Set<string>();
  const ready = readyShells(deps, listing, left);
  if (ready.length === 0 && listing.taken.length === 0) return NOTHING;
  const settled = removeSettled(deps, listing, options.settleMs ?? SETTLE_MS, left);
  const unread = listing.taken.filter((file) =>
    carefully(left, file.name, () => isUnread(deps, file)) ?? false
  );
  if (ready.length === 0 && unread.length === 0) return { ...NOTHING, unreadable: [...left] };
  const rules = await rulesOf(deps);
  if (rules instanceof RrError) {
    return { ...NOTHING, waiting: ready.length + unread.length, problem: rules };
  }
  removeOldScratch(deps, listing, left);
  const taken = ready.flatMap((name) => carefully(left, name, () => take(deps, name)) ?? []);
  const report = takeIn(deps, [...unread, ...taken], { rules, settled, left });
  return { ...report, unreadable: [...left] };
}

// Whatever is wrong with one file, such as that of a root shell with this home, is no reason to leave
// the others.
function carefully<T>(left: Set<string>, name: string, act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof RrError) || error.code !== "io") throw error;
    left.add(name);
    return undefined;
  }
}

// The names of files that their shells are done with, or append to.
function readyShells(deps: IngestDeps, listing: SpoolListing, left: Set<string>): string[] {
  const gone = listing.leaving.map((session) => `${session}.exec`).filter((name) =>
    carefully(left, name, () => hasLeft(deps, name)) ?? false
  );
  return [...listing.open.map((session) => `${session}.spool`), ...gone];
}

// Where nothing tells what became of a process, this long: an exec that fails takes no time.
const LEAVING_MS = 60_000;
const SHELLS = /^-?(?:zsh|fish)/;

// A shell that was replaced by another one hands the record on itself.
function hasLeft({ files, folder, clock }: IngestDeps, name: string): boolean {
  const info = files.stat(`${folder}/${name}`);
  if (info === undefined || info.size === 0) return false;
  const isOld = isOlder(info.mtimeMs, LEAVING_MS, clock.now());
  try {
    if (files.stat("/proc/self") === undefined) return isOld;
    const program = files.readText(`/proc/${name.slice(0, name.indexOf("-"))}/comm`);
    return program === undefined || !SHELLS.test(program);
  } catch {
    return isOld; // not allowed to look
  }
}

async function rulesOf(deps: IngestDeps): Promise<CaptureRules | RrError> {
  try {
    return await deps.rules();
  } catch (error) {
    if (error instanceof RrError && error.code === "config") return error;
    throw error;
  }
}

// Another taker may have been faster.
function take(deps: IngestDeps, source: string): TakenFile[] {
  const session = source.slice(0, source.indexOf("."));
  // What cannot be read keeps its name: whoever watches the folder would be woken by each attempt.
  readRegular(deps, source);
  const takenAtMs = Math.floor(deps.clock.now());
  const stem = `${session}.${takenAtMs}-${toHex(deps.random.bytes(4))}`;
  const name = `${stem}.taken`;
  const done = deps.files.rename(pathOf(deps, source), pathOf(deps, name));
  return done ? [{ name, session, takenAtMs, stem, readTo: undefined }] : [];
}

// A shell writes one record after the other: once it has started another file it is done with this one.
function removeSettled(
  deps: IngestDeps,
  { open, taken }: SpoolListing,
  settleMs: number,
  left: Set<string>,
): ReadonlySet<string> {
  const now = deps.clock.now();
  const newest = new Map(taken.map((file) => [file.session, file.name]));
  const settled = new Set<string>();
  for (const file of taken) {
    const hasMovedOn = open.includes(file.session) || newest.get(file.session) !== file.name;
    if (!hasMovedOn && Math.abs(now - file.takenAtMs) < settleMs) continue;
    settled.add(file.name);
    carefully(left, file.name, () => {
      if (file.readTo !== undefined && sizeOf(deps, file) === file.readTo) {
        deps.files.remove(pathOf(deps, file.name));
      }
    });
  }
  return settled;
}

// What is left of a settled file is a torn record, to be set aside.
function isUnread(deps: IngestDeps, file: TakenFile): boolean {
  const size = sizeOf(deps, file);
  return size !== undefined && size !== file.readTo;
}

interface Taking {
  readonly rules: CaptureRules;
  readonly settled: ReadonlySet<string>;
  readonly left: Set<string>;
}

// Enough to make the transaction worth it, few enough to hold in memory.
const ENTRIES_PER_APPEND = 5_000;

function takeIn(deps: IngestDeps, files: readonly TakenFile[], taking: Taking): IngestReport {
  const total = { inserted: 0, ignored: 0, skipped: 0, broken: 0 };
  let entries: Entry[] = [];
  let finish: [name: string, act: () => void][] = [];
  const flush = (): void => {
    if (entries.length > 0) {
      const { inserted, ignored } = deps.log.append(entries);
      total.inserted += inserted;
      total.ignored += ignored;
    }
    // Rows in a file that somebody has replaced meanwhile are lost: the spool must not let go of them.
    if (finish.length > 0) deps.log.checkPlace?.();
    for (const [name, act] of finish) carefully(taking.left, name, act);
    entries = [];
    finish = [];
  };
  for (const file of files) {
    const bytes = carefully(taking.left, file.name, () => readRegular(deps, file.name));
    if (bytes === undefined) continue;
    const { records, broken, end } = parseSpool(bytes, file.readTo ?? 0);
    total.broken += broken;
    const error = clockErrorOf(deps, file, records);
    for (const record of records) {
      const entry = toEntry(record, file.session, deps, taking.rules, error);
      if (entry === "skipped") total.skipped++;
      else if (entry === "broken") total.broken++;
      else entries.push(entry);
    }
    const isSettled = taking.settled.has(file.name);
    if (isSettled && end < bytes.length) total.broken++;
    finish.push([file.name, () => finishFile(deps, file, bytes, end, isSettled)]);
    if (entries.length >= ENTRIES_PER_APPEND) flush();
  }
  flush();
  return { ...NOTHING, ...total };
}

function clockErrorOf(deps: IngestDeps, file: TakenFile, records: readonly SpoolRecord[]): number {
  if (records.at(-1)?.sinceBoot !== true) return 0;
  const info = deps.files.stat(pathOf(deps, file.name));
  return info === undefined ? 0 : clockErrorMs(records, info.mtimeMs);
}

// Only now, with its records committed, may a file lose them.
function finishFile(
  deps: IngestDeps,
  file: TakenFile,
  bytes: Uint8Array,
  end: number,
  isSettled: boolean,
): void {
  const path = pathOf(deps, file.name);
  if (isSettled) {
    const rest = bytes.subarray(end);
    if (rest.length > 0) deps.files.replacePrivate(pathOf(deps, `${file.stem}.torn`), rest);
    deps.files.remove(path);
  } else if (file.readTo !== end) deps.files.rename(path, pathOf(deps, `${file.stem}.${end}.done`));
}

function removeOldScratch(deps: IngestDeps, listing: SpoolListing, left: Set<string>): void {
  for (const name of [...listing.scratch, ...listing.leaving.map((session) => `${session}.exec`)]) {
    carefully(left, name, () => {
      const now = deps.clock.now();
      const { mtimeMs = now, size = 0 } = deps.files.stat(pathOf(deps, name)) ?? {};
      const isOld = isOlder(mtimeMs, SCRATCH_MS, now);
      if (isOld && (size === 0 || name.endsWith(".line"))) deps.files.remove(pathOf(deps, name));
    });
  }
}

// What is as far in the future was written while the clock was wrong, and would never become old.
function isOlder(mtimeMs: number, thanMs: number, nowMs: number): boolean {
  return Math.abs(nowMs - mtimeMs) > thanMs;
}

function sizeOf(deps: IngestDeps, file: TakenFile): number | undefined {
  return deps.files.stat(pathOf(deps, file.name))?.size;
}

function pathOf(deps: IngestDeps, name: string): string {
  return `${deps.folder}/${name}`;
}
