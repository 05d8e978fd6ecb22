/** What the history already holds, so that an import adds only what is new. */
import { deletedMark } from "../history/deleted_mark.ts";
import type { EntryId } from "../history/entry.ts";
import type { Files } from "../base/world.ts";
import { tidyCommand } from "../capture/tidy.ts";
import { type ForeignDatabase, openForeign } from "../store/file/read_foreign.ts";
import { UntimedCounts } from "./untimed_counts.ts";

/** Counts of commands that were there before the import began. */
export interface KnownCommands extends Disposable {
  /** Entries with that command, started in that second, on whichever device. */
  countAt(unixSeconds: number, command: string): number;
  /**
   * The same for entries of that shell, whenever; only of the commands asked for, which are all that the
   * source has. Another device's count if the source is a copy of what that one has imported.
   */
  countAnyTime(commands: ReadonlySet<string>, shell: string): ReadonlyMap<string, number>;
  /** Whether an entry was deleted everywhere on another device, where it had the id that is given for that one. */
  isDeletedElsewhere(idOn: (deviceId: string) => EntryId): boolean;
  /**
   * Whether a run was deleted here, by whichever device, as far as its command tells: without a time (0),
   * whenever it was run; with one, if no run of it was left, as programs differ on when one began.
   */
  isDeleted(unixSeconds: number, command: string): boolean;
  /** When this device's oldest entry was started, in milliseconds. */
  oldestMs(): number | undefined;
}

const NOTHING: KnownCommands = {
  countAt: () => 0,
  countAnyTime: () => new Map(),
  isDeletedElsewhere: () => false,
  isDeleted: () => false,
  oldestMs: () => undefined,
  [Symbol.dispose]: () => {},
};

// A hook notes the time a moment after the shell does, which may be the next second. Such rows have a
// folder; those of an import have none.
// What another device has of that second comes from the same file, of a shared or a copied home, far more
// often than from the same command in the same second of another one.
const AT = `SELECT cmd FROM entries WHERE ts IN (?, ? + 1)
  AND ingest_seq <= ? AND (ts = ? OR cwd <> 'unknown')`;
const ANY_TIME = `FROM entries WHERE ingest_seq <= ? AND shell = ?
  AND (+device_id = ? OR cwd = 'unknown')`;
const OLDEST = "SELECT ts FROM entries WHERE +device_id = ? AND ts > 0 ORDER BY ts LIMIT 1";

/** Looks into the history at `path` through a connection of its own. */
export function knownCommands(
  history: { readonly path: string; readonly log: { headSeq(): number } },
  deviceId: string,
  files: Files,
): KnownCommands {
  const head = history.log.headSeq();
  if (history.path === ":memory:") return NOTHING;
  const db = openForeign(history.path, files);
  const deleted = deletedSeconds(db);
  const { marks, salt, lastAt } = deletedMarks(db);
  const there = new Map<string, boolean>();
  const others = devicesOfTombs(db).filter((device) => device !== deviceId);
  let cached = { unixSeconds: NaN, commands: [] as string[] };

  function countAt(unixSeconds: number, command: string): number {
    // An import must not bring back what was deleted, and only the second is still known.
    if (deleted.has(unixSeconds)) return Infinity;
    if (head === 0) return 0;
    if (cached.unixSeconds !== unixSeconds) {
      const rows = db.all(AT, unixSeconds, unixSeconds, head, unixSeconds);
      cached = { unixSeconds, commands: rows.map((row) => tidyCommand(String(row[0]))) };
    }
    return cached.commands.reduce((count, known) => known === command ? count + 1 : count, 0);
  }

  function isThere(command: string): boolean {
    let known = there.get(command);
    if (known === undefined) {
      there.set(command, known = db.all(THERE, command, head).length > 0);
    }
    return known;
  }

  function countAnyTime(
    commands: ReadonlySet<string>,
    shell: string,
  ): ReadonlyMap<string, number> {
    const counts = new UntimedCounts(commands, deviceId);
    if (commands.size === 0 || head === 0) return counts.total();
    const columns = { cmd: "cmd", device: "device_id" };
    for (const { cmd, device } of db.select(columns, ANY_TIME, head, shell, deviceId)) {
      counts.add(tidyCommand(String(cmd)), String(device));
    }
    return counts.total();
  }

  return {
    countAt,
    countAnyTime,
    isDeleted(unixSeconds, command): boolean {
      if (marks.size === 0 || unixSeconds > lastAt) return false;
      return marks.has(deletedMark(command, salt)) && (unixSeconds === 0 || !isThere(command));
    },
    isDeletedElsewhere: (idOn) => others.some((device) => db.all(TOMB, idOn(device)).length > 0),
    oldestMs(): number | undefined {
      const [ts] = db.all(OLDEST, deviceId)[0] ?? [];
      return typeof ts === "number" ? ts * 1000 : undefined;
    },
    [Symbol.dispose]: () => db[Symbol.dispose](),
  };
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
