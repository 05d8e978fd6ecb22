/** Reads databases that other programs own, and our own beside an open one, without changing them. */
import { RrError, type RrErrorCode } from "../../base/rr_error.ts";
import { MOST_TEXT_BYTES } from "../log/rows.ts";
import type { Files } from "../../base/world.ts";
import { isDamaged, notRegular } from "./sqlite_errors.ts";
export { isDamaged };
import { Database } from "./database.ts";
import type { Row, Value } from "./sqlite_rows.ts";

/** SQL that is 0 for a text which {@linkcode ForeignDatabase.select} leaves out, else its length: reads all of it. */
export function lengthOf(column: string): string {
  return `iif(octet_length(${column}) > ${MOST_TEXT_BYTES}, 0, length(${column}))`;
}

/** A database that is only read. */
export interface ForeignDatabase extends Disposable {
  /** Column names of a table; empty if there is none, or a view in its place, which may never end. */
  columns(table: string): readonly string[];
  /**
   * Rows one by one. An integer beyond 2^53 comes as bigint, a text of more than 4 MiB as NULL. `rest`
   * may sort, but has no LIMIT.
   *
   * @param columns the name in the row and what stands for it in the query
   * @param rest from `FROM` on
   * @throws {RrError} `database` if a row cannot be read; it is never taken for the end of the rows
   */
  select(
    columns: Readonly<Record<string, string>>,
    rest: string,
    ...values: Value[]
  ): Generator<Readonly<Record<string, unknown>>>;
  /** All rows of a small query. Its text must be a constant: the statement is kept. */
  all(sql: string, ...values: Value[]): readonly Row[];
}

// Views and virtual tables have no page of their own.
const COLUMNS = `SELECT name FROM pragma_table_info(?) WHERE EXISTS
  (SELECT 1 FROM sqlite_schema WHERE name = ? COLLATE NOCASE AND rootpage > 0)`;

// The owner may be writing.
const BUSY_TIMEOUT_MS = 5000;

/**
 * Opens the SQLite database at `path` for reading; of one that is shorter than it should be, what is there.
 *
 * @throws {RrError} `not-found`, `database` or `busy`, naming the path
 */
export function openForeign(path: string, files: Files): ForeignDatabase {
  const info = files.stat(path);
  if (info === undefined) {
    throw new RrError("not-found", `Cannot read the database "${path}": there is no such file`, {
      hint: "Name the right one with --path",
    });
  }
  if (info.kind !== "file") throw notRegular("read", path);
  const db = openBeside(path, files);
  return {
    columns: (table) => db.rows(COLUMNS, table, table).map((row) => String(row[0])),
    *select(columns, rest, ...values): Generator<Readonly<Record<string, unknown>>> {
      const names = Object.keys(columns);
      for (const row of db.walk(names.map((name) => bounded(columns[name]!)), rest, ...values)) {
        yield Object.fromEntries(names.map((name, i) => [name, row[i]]));
      }
    },
    all: (sql, ...values) => db.rows(sql, ...values),
    [Symbol.dispose]: () => db[Symbol.dispose](),
  };
}

// A database with a write-ahead log wants room for locks beside it, which a read-only disk, a backup and the
// folder of somebody else do not give. Where the log is empty nobody writes, and it can be read without.
function openBeside(path: string, files: Files): Database {
  try {
    return openWholeOrCut(path, false);
  } catch (error) {
    if (!(error instanceof RrError) || error.code !== "io") throw error;
    const log = `${path}-wal`;
    if ((files.stat(log)?.size ?? 0) === 0) return openWholeOrCut(path, true);
    throw new RrError("io", error.message, {
      cause: error,
      hint: `Its newest rows are in "${log}": copy both to a folder of yours, and read them there`,
    });
  }
}

// A copy that ended early is refused whole, though most of it can be read.
function openWholeOrCut(path: string, still: boolean): Database {
  try {
    return opened(path, { still, lax: false });
  } catch (error) {
    if (!isDamaged(error)) throw error;
    const rest = opened(path, { still, lax: true });
    if (rest.integer("SELECT count(*) FROM sqlite_master") > 0) return rest;
    // Not even the list of its tables is left.
    rest[Symbol.dispose]();
    throw error;
  }
}

function opened(path: string, how: { readonly still: boolean; readonly lax: boolean }): Database {
  const db = new Database(path, { readOnly: true, ...how });
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    // SQLite compares the length of the file with its first page only without this. Nothing is written.
    if (how.lax) db.exec("PRAGMA writable_schema = ON");
    // The file is read only now; one that is not a database says so here.
    db.row("SELECT count(*) FROM sqlite_master");
  } catch (error) {
    db[Symbol.dispose]();
    throw asForeign(error);
  }
  return db;
}

// What to do about a file of ours is no advice for one that another program owns.
function asForeign(error: unknown): unknown {
  if (!(error instanceof RrError) || isDamaged(error)) return error;
  const hint = HINTS.get(error.code);
  return hint === undefined
    ? error
    : new RrError(error.code, error.message, { cause: error.cause, hint });
}

const HINTS: ReadonlyMap<RrErrorCode, string> = new Map([
  ["busy", "The program that owns it is writing to it: try again in a moment"],
  ["database", "It was left as it is: name the right one with --path"],
]);

// Hundreds of megabytes in one value would be read whole, three times over, to be refused.
function bounded(column: string): string {
  return `iif(octet_length(${column}) > ${MOST_TEXT_BYTES}, NULL, ${column})`;
}
