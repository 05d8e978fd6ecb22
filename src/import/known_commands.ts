/** What the history already holds, so that an import adds only what is new. */
import { deletedMark } from "../history/deleted_mark.ts";
import type { EntryId } from "../history/entry.ts";
import type { Files } from "../base/world.ts";
import { tidyCommand } from "../capture/tidy.ts";
import { type ForeignDatabase, openForeign } from "../store/file/read_foreign.ts";
import { ANY_DEVICE, importEntryId, NOTES_ENDS } from "./import_id.ts";
import { UntimedCounts } from "./untimed_counts.ts";

/** Counts of commands that were there before the import began. */
export interface KnownCommands extends Disposable {
  /** Whether something was deleted in that second: what it was is no longer known. */
  isDeletedSecond(unixSeconds: number): boolean;
  /** Entries started in that second or in one beside it, on whichever device. */
  around(unixSeconds: number): readonly KnownRun[];
  /** Entries with that command, started within the seconds before that one; the latest first. */
  before(unixSeconds: number, seconds: number, command: string): readonly KnownRun[];
  /** Entries of a program that notes only the end, by their command; the earliest first. */
  ends(): ReadonlyMap<string, readonly KnownRun[]>;
  /**
   * Entries of that shell with those commands, which are all that the source has, whenever they were started.
   * Those of other devices and programs count if they hold what stands in the source.
   */
  countAnyTime(commands: ReadonlySet<string>, shell: string): ReadonlyMap<string, number>;
  /** Whether an entry was deleted everywhere on another device, where it had the id that is given for that one. */
  isDeletedElsewhere(idOn: (deviceId: string) => EntryId): boolean;
  /**
   * Whether a run was deleted here, by whichever device, as far as its command tells: without a time (0),
   * whenever it was run; with one, if no run of it was left, as programs differ on when one began.
   */
  isDeleted(unixSeconds: number, command: string): boolean;
  /** When the entry with that id was started, in milliseconds. */
  startedMs(id: EntryId): number | undefined;
  /** When this device's oldest entry was started, in milliseconds. */
  oldestMs(): number | undefined;
}

/** An entry of the history, as far as an import asks. */
export interface KnownRun {
  /** Its place in the log. */
  readonly seq: number;
  readonly command: string;
  /** In seconds since the Unix epoch. */
  readonly startedAt: number;
  /** `undefined` if that is not known. */
  readonly ranSeconds: number | undefined;
  /** Whether it was recorded by a hook of ours or of another program, and not taken from a shell's file. */
  readonly hasFolder: boolean;
}

const NOTHING: KnownCommands = {
  isDeletedSecond: () => false,
  around: () => [],
  before: () => [],
  ends: () => new Map(),
  countAnyTime: () => new Map(),
  isDeletedElsewhere: () => false,
  isDeleted: () => false,
  startedMs: () => undefined,
  oldestMs: () => undefined,
  [Symbol.dispose]: () => {},
};

// What another device has of that second comes from the same file, of a shared or a copied home, far more
// often than from the same command in the same second of another one.
const RUN = "ingest_seq, cmd, ts, duration_ms, cwd <> 'unknown'";
const AROUND = `SELECT ${RUN} FROM entries WHERE ts BETWEEN ? - 1 AND ? + 1 AND ingest_seq <= ?`;
const BEFORE = `SELECT ${RUN} FROM entries WHERE ts BETWEEN ? AND ? AND cmd = ? AND ingest_seq <= ?
  ORDER BY ts DESC`;
// Whose they are, only the id tells.
const ENDS = `FROM entries WHERE ingest_seq <= ? AND shell = 'unknown' AND duration_ms = 0
  AND cwd <> 'unknown' ORDER BY ts`;
// A program that does not note the shell may have noted what this one did; another shell's hook did not. What
// a program itself has without times comes from whichever shell's file.
const ANY_TIME = `FROM entries WHERE ingest_seq <= ?
  AND (cwd = 'unknown' OR +device_id = ? AND (shell IN (?, 'unknown') OR ?))`;
const OF_ANY_SHELL: ReadonlySet<string> = new Set(["atuin", "hishtory", "mcfly"]);
const STARTED = "SELECT ts FROM entries WHERE entry_id = ?";
const OLDEST = "SELECT ts FROM entries WHERE +device_id = ? AND ts > 0 ORDER BY ts LIMIT 1";

/** Looks into the history at `path` through a connection of its own. */
export function knownCommands(
  history: { readonly path: string; readonly log: { headSeq(): number } },
  deviceId: string,
  files: Files,
): KnownCommands {
  const head = history.log.headSeq();
  if (history.path === ":memory:") return NOTHING;
  return new StoredCommands(openForeign(history.path, files), head, deviceId);
}

class StoredCommands implements KnownCommands {
  readonly #db: ForeignDatabase;
  /** Entries behind it are of the import itself. */
  readonly #head: number;
  readonly #deviceId: string;
  readonly #deletedSeconds: ReadonlySet<number>;
  readonly #deleted: DeletedMarks;
  readonly #others: readonly string[];
  readonly #there = new Map<string, boolean>();
  #around = { unixSeconds: NaN, runs: [] as readonly KnownRun[] };
  #ends: ReadonlyMap<string, readonly KnownRun[]> | undefined;

  constructor(db: ForeignDatabase, head: number, deviceId: string) {
    this.#db = db;
    this.#head = head;
    this.#deviceId = deviceId;
    this.#deletedSeconds = deletedSeconds(db);
    this.#deleted = deletedMarks(db);
    this.#others = devicesOfTombs(db).filter((device) => device !== deviceId);
  }

  isDeletedSecond(unixSeconds: number): boolean {
    return this.#deletedSeconds.has(unixSeconds);
  }

  around(unixSeconds: number): readonly KnownRun[] {
    if (this.#head === 0) return [];
    if (this.#around.unixSeconds !== unixSeconds) {
      const rows = this.#db.all(AROUND, unixSeconds, unixSeconds, this.#head);
      this.#around = { unixSeconds, runs: rows.map(runOf) };
    }
    return this.#around.runs;
  }

  before(unixSeconds: number, seconds: number, command: string): readonly KnownRun[] {
    if (this.#head === 0) return [];
    return this.#db.all(BEFORE, unixSeconds - seconds, unixSeconds, command, this.#head)
      .map(runOf);
  }

  ends(): ReadonlyMap<string, readonly KnownRun[]> {
    return this.#ends ??= this.#head === 0 ? new Map() : endsIn(this.#db, this.#head);
  }

  countAnyTime(commands: ReadonlySet<string>, shell: string): ReadonlyMap<string, number> {
    const counts = new UntimedCounts(commands, this.#deviceId, shell);
    if (commands.size === 0 || this.#head === 0) return counts.total();
    const columns = { cmd: "cmd", device: "device_id", shell: "shell" };
    const wanted = [this.#head, this.#deviceId, shell, OF_ANY_SHELL.has(shell) ? 1 : 0] as const;
    for (const row of this.#db.select(columns, ANY_TIME, ...wanted)) {
      counts.add(tidyCommand(String(row.cmd)), String(row.device), String(row.shell));
    }
    return counts.total();
  }

  isDeleted(unixSeconds: number, command: string): boolean {
    const { marks, salt, lastAt } = this.#deleted;
    if (marks.size === 0 || unixSeconds > lastAt) return false;
    return marks.has(deletedMark(command, salt)) && (unixSeconds === 0 || !this.#isThere(command));
  }

  isDeletedElsewhere(idOn: (deviceId: string) => EntryId): boolean {
    return this.#others.some((device) => this.#db.all(TOMB, idOn(device)).length > 0);
  }

  startedMs(id: EntryId): number | undefined {
    return this.#firstMs(STARTED, id);
  }

  oldestMs(): number | undefined {
    return this.#firstMs(OLDEST, this.#deviceId);
  }

  [Symbol.dispose](): void {
    this.#db[Symbol.dispose]();
  }

  #isThere(command: string): boolean {
    let known = this.#there.get(command);
    if (known === undefined) {
      known = this.#db.all(THERE, command, this.#head).length > 0;
      this.#there.set(command, known);
    }
    return known;
  }

  /** The one number that a query gives, which is a time in seconds. */
  #firstMs(query: string, value: string): number | undefined {
    const [ts] = this.#db.all(query, value)[0] ?? [];
    return typeof ts === "number" ? ts * 1000 : undefined;
  }
}

function runOf([seq, command, startedAt, durationMs, hasFolder]: readonly unknown[]): KnownRun {
  return {
    seq: Number(seq),
    command: tidyCommand(String(command)),
    startedAt: Number(startedAt),
    ranSeconds: Number(durationMs) > 0 ? Number(durationMs) / 1000 : undefined,
    hasFolder: hasFolder === 1,
  };
}

function endsIn(db: ForeignDatabase, head: number): ReadonlyMap<string, readonly KnownRun[]> {
  const ends = new Map<string, KnownRun[]>();
  const columns = { seq: "ingest_seq", cmd: "cmd", ts: "ts", id: "entry_id", user: "user_id" };
  for (const row of db.select(columns, ENDS, head)) {
    const run = runOf([Number(row.seq), String(row.cmd), Number(row.ts), 0, 1]);
    if (row.id !== endedId(String(row.user), run)) continue;
    const there = ends.get(run.command);
    if (there === undefined) ends.set(run.command, [run]);
    else there.push(run);
  }
  return ends;
}

function endedId(userId: string, { startedAt, command }: KnownRun): EntryId {
  const name = { userId, deviceId: ANY_DEVICE, unixSeconds: startedAt, index: 0, command };
  return importEntryId({ ...name, shell: NOTES_ENDS });
}

const THERE = "SELECT 1 FROM entries WHERE cmd = ? AND ingest_seq <= ? LIMIT 1";
const LAST_DELETION = `SELECT max(deleted_at) FROM
  (SELECT deleted_at FROM rr_tomb UNION ALL SELECT deleted_at FROM rr_deleted)`;

interface DeletedMarks {
  readonly marks: ReadonlySet<number>;
  readonly salt: string;
  /** When something was deleted last, in unix seconds: what was run later is another run. */
  readonly lastAt: number;
}

function deletedMarks(db: ForeignDatabase): DeletedMarks {
  const [[salt] = []] = db.columns("rr_forgotten").length === 0
    ? []
    : db.all("SELECT value FROM rr_meta WHERE key = 'deleted_salt'");
  if (typeof salt !== "string") return { marks: new Set(), salt: "", lastAt: 0 };
  const marks = db.all("SELECT mark FROM rr_forgotten").map(([mark]) => Number(mark));
  const [[lastAt] = []] = db.all(LAST_DELETION);
  return { marks: new Set(marks), salt, lastAt: typeof lastAt === "number" ? lastAt : 0 };
}

const TOMB = "SELECT 1 FROM rr_tomb WHERE entry_id = ?";

function devicesOfTombs(db: ForeignDatabase): readonly string[] {
  if (db.columns("rr_tomb").length === 0) return [];
  return db.all("SELECT DISTINCT device_id FROM rr_tomb").map(([device]) => String(device));
}

// A copy of a device's file stands on others too, so whose it was does not matter.
function deletedSeconds(db: ForeignDatabase): ReadonlySet<number> {
  const seconds = new Set<number>();
  // Here alone, and everywhere.
  for (const table of ["rr_deleted", "rr_tomb"]) {
    if (db.columns(table).length === 0) continue;
    for (const { ts } of db.select({ ts: "ts" }, `FROM ${table}`)) {
      if (typeof ts === "number") seconds.add(ts);
    }
  }
  return seconds;
}
