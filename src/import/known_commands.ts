/** What the history already holds of this device, so that an import adds only what is new. */
import type { Files } from "../base/world.ts";
import { tidyCommand } from "../capture/tidy.ts";
import { type ForeignDatabase, openForeign } from "../store/file/read_foreign.ts";

/** Counts of commands that were there before the import began. */
export interface KnownCommands extends Disposable {
  /** Entries with that command, started in that second: of this device, or imported by another one. */
  countAt(unixSeconds: number, command: string): number;
  /** The same for entries of that shell, whenever; only of the commands asked for. */
  countAnyTime(commands: ReadonlySet<string>, shell: string): ReadonlyMap<string, number>;
  /** When this device's oldest entry was started, in milliseconds. */
  oldestMs(): number | undefined;
}

const NOTHING: KnownCommands = {
  countAt: () => 0,
  countAnyTime: () => new Map(),
  oldestMs: () => undefined,
  [Symbol.dispose]: () => {},
};

// A hook notes the time a moment after the shell does, which may be the next second. Such rows have a
// folder; those of an import have none.
// What another device has imported is the same file, of a shared or a copied home, far more often than the
// same command in the same second of another one.
const AT =
  `SELECT cmd, ts FROM entries WHERE ts IN (?, ? + 1) AND (+device_id = ? OR cwd = 'unknown')
  AND ingest_seq <= ? AND (ts = ? OR cwd <> 'unknown')`;
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
  const deleted = deletedSeconds(db, deviceId);
  let cached = { unixSeconds: NaN, commands: [] as string[] };

  function countAt(unixSeconds: number, command: string): number {
    // Deleted here: an import must not bring it back, and only the second is still known.
    if (deleted.has(unixSeconds)) return Infinity;
    if (head === 0) return 0;
    if (cached.unixSeconds !== unixSeconds) {
      const rows = db.all(AT, unixSeconds, unixSeconds, deviceId, head, unixSeconds);
      cached = { unixSeconds, commands: rows.map((row) => tidyCommand(String(row[0]))) };
    }
    return cached.commands.reduce((count, known) => known === command ? count + 1 : count, 0);
  }

  function countAnyTime(commands: ReadonlySet<string>, shell: string): Map<string, number> {
    const counts = new Map<string, number>();
    if (commands.size === 0 || head === 0) return counts;
    const rest = "FROM entries WHERE ingest_seq <= ? AND shell = ?" +
      " AND (+device_id = ? OR cwd = 'unknown')";
    for (const { cmd } of db.select({ cmd: "cmd" }, rest, head, shell, deviceId)) {
      const command = tidyCommand(String(cmd));
      if (commands.has(command)) counts.set(command, (counts.get(command) ?? 0) + 1);
    }
    return counts;
  }

  return {
    countAt,
    countAnyTime,
    oldestMs(): number | undefined {
      const [ts] = db.all(OLDEST, deviceId)[0] ?? [];
      return typeof ts === "number" ? ts * 1000 : undefined;
    },
    [Symbol.dispose]: () => db[Symbol.dispose](),
  };
}

function deletedSeconds(db: ForeignDatabase, deviceId: string): ReadonlySet<number> {
  const seconds = new Set<number>();
  // Here alone, and everywhere, by whichever device.
  for (const table of ["rr_deleted", "rr_tomb"]) {
    if (db.columns(table).length === 0) continue;
    for (const { ts } of db.select({ ts: "ts" }, `FROM ${table} WHERE device_id = ?`, deviceId)) {
      if (typeof ts === "number") seconds.add(ts);
    }
  }
  return seconds;
}
