/** Reads databases that other programs own, and our own beside an open one, without changing them. */
import { RrError } from "../../base/rr_error.ts";
import { MOST_TEXT_BYTES } from "../log/rows.ts";
import type { Files } from "../../base/world.ts";
export { isDamaged } from "./sqlite_errors.ts";
import { Database, type Row, type Value } from "./database.ts";

/** A database that is only read. */
export interface ForeignDatabase extends Disposable {
  /** Column names of a table; empty if there is no such table. */
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

// The owner may be writing.
const BUSY_TIMEOUT_MS = 5000;

/**
 * Opens the SQLite database at `path` for reading.
 *
 * @throws {RrError} `not-found`, `database` or `busy`, naming the path
 */
export function openForeign(path: string, files: Files): ForeignDatabase {
  if (files.stat(path)?.kind !== "file") {
    throw new RrError("not-found", `Cannot read the database "${path}": there is no such file`, {
      hint: "Name the right one with --path",
    });
  }
  const db = new Database(path, { readOnly: true });
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    // The file is read only now; one that is not a database says so here.
    db.row("SELECT count(*) FROM sqlite_master");
  } catch (error) {
    db[Symbol.dispose]();
    throw error;
  }
  return {
    columns: (table) =>
      db.rows("SELECT name FROM pragma_table_info(?)", table).map((row) => String(row[0])),
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

// Hundreds of megabytes in one value would be read whole, three times over, to be refused.
function bounded(column: string): string {
  return `iif(octet_length(${column}) > ${MOST_TEXT_BYTES}, NULL, ${column})`;
}
