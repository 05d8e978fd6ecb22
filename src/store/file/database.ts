/** `node:sqlite` with what every part of the store needs: statements kept, errors in our words. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { RrError } from "../../base/rr_error.ts";
import { databaseError } from "./sqlite_errors.ts";
import { asRow, asRows, narrow, returnArrays, walkSql } from "./sqlite_rows.ts";
import type { Row, Value } from "./sqlite_rows.ts";

// No other sign may be left that a URI gives a meaning to.
function stillUri(path: string): string {
  return `file:${path.split("/").map(encodeURIComponent).join("/")}?immutable=1`;
}

interface OpenOptions {
  readonly readOnly: boolean;
  readonly still?: boolean;
  readonly lax?: boolean;
}

// Newer runtimes take `writable_schema` for an attack unless told otherwise.
const NOT_DEFENSIVE = { defensive: false } as object;

/** An open SQLite file. Statements must be constants: each one is kept for ever. */
export class Database implements Disposable {
  /** As given to SQLite; only for messages. */
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #inTransaction = false;
  /** Whether it was opened by {@linkcode Database.begin}. */
  #isHeld = false;
  #closed = false;
  #checkWrite: () => void = () => {};
  #beforeUse: () => void = () => {};
  #onWrite: (error?: unknown) => void = () => {};

  /**
   * Opens the file; creates nothing if `readOnly`. `still` promises that nobody writes to it, so that not
   * even a file for locks is needed beside it. `lax` lets a pragma change what SQLite takes on trust.
   */
  constructor(path: string, options: OpenOptions) {
    this.path = path;
    const { readOnly, still = false, lax = false } = options;
    try {
      this.#db = new DatabaseSync(still ? stillUri(path) : path, {
        readOnly,
        ...(lax ? NOT_DEFENSIVE : {}),
      });
    } catch (error) {
      throw databaseError(error, "open", path);
    }
  }

  /** Runs statements without values, such as a migration or a pragma. */
  exec(sql: string): void {
    if (!this.#inTransaction) this.#beforeUse();
    try {
      this.#db.exec(sql);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Runs one statement; the number of rows it changed. */
  run(sql: string, ...values: Value[]): number {
    try {
      return Number(this.#statement(sql).run(...values).changes);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** All rows of one query. Integers that a number cannot hold come as bigint. */
  rows(sql: string, ...values: Value[]): Row[] {
    try {
      return asRows(this.#statement(sql).all(...values));
    } catch (error) {
      return this.#slowRows(error, sql, values);
    }
  }

  /** The first row of one query, as in {@linkcode rows}. */
  row(sql: string, ...values: Value[]): Row | undefined {
    try {
      const row = this.#statement(sql).get(...values);
      return row === undefined ? undefined : asRow(row);
    } catch (error) {
      return this.#slowRows(error, sql, values)[0];
    }
  }

  /**
   * Rows of `SELECT ${columns} ${rest}` one by one, for a walk that may end early. The loop must not
   * write to what it walks over. Integers that a number cannot hold come as bigint. `rest` may sort,
   * but has no LIMIT of its own.
   *
   * @throws {RrError} `database`, also if the rows end before their end; what was given until then is
   * only a part
   */
  *walk(
    columns: readonly string[],
    rest: string,
    ...values: Value[]
  ): Generator<Row, void, undefined> {
    let given = 0;
    try {
      // A statement of its own: a kept one would be reset by a second walk inside the first.
      const statement = this.#prepareBig(walkSql(columns, rest));
      for (const raw of statement.iterate(...values)) {
        const [isEnd, ...row] = asRow(raw);
        if (Number(isEnd) === 1) return;
        given++;
        yield row.map(narrow);
      }
    } catch (error) {
      throw this.#failed(error);
    }
    throw this.#endedEarly(columns, rest, given, values);
  }

  /** The first column of the first row as an integer; 0 if there is no row or it is not a number. */
  integer(sql: string, ...values: Value[]): number {
    const value = this.row(sql, ...values)?.[0];
    return typeof value === "number" ? value : 0;
  }

  /** Has `mend` called before SQLite is asked for anything, unless a transaction is open; it must not throw. */
  beforeUse(mend: () => void): void {
    this.#beforeUse = mend;
  }

  /** Has `check` called in every later transaction before anything is written; it may throw. */
  checkWrites(check: () => void): void {
    this.#checkWrite = check;
  }

  /** Has `tell` called with each error while something is written, and without one once it is in the file. */
  onWrite(tell: (error?: unknown) => void): void {
    this.#onWrite = tell;
  }

  /**
   * Opens a transaction for several tasks: each later {@linkcode Database.transaction} is a part of it,
   * until `commit()` or `rollback()`. If one of them throws, all of it has to be rolled back.
   */
  begin(): void {
    if (this.#inTransaction) throw new Error("Cannot start a transaction inside another one");
    this.#begin();
    this.#isHeld = true;
    try {
      this.#checkWrite();
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  /** Ends what {@linkcode Database.begin} opened. If it throws, it is still open. */
  commit(): void {
    this.#commit();
    this.#inTransaction = this.#isHeld = false;
  }

  /** Takes back what {@linkcode Database.begin} opened; does nothing if nothing is open. */
  rollback(): void {
    if (!this.#isHeld) return;
    this.#rollback();
    this.#inTransaction = this.#isHeld = false;
  }

  /** Runs `task` in one transaction that takes the write lock at once: whole or not at all. */
  transaction<T>(task: () => T): T {
    if (this.#isHeld) return task();
    if (this.#inTransaction) throw new Error("Cannot start a transaction inside another one");
    this.#begin();
    try {
      this.#checkWrite();
      const result = task();
      this.#commit();
      return result;
    } catch (error) {
      this.#rollback();
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  #begin(): void {
    try {
      this.exec("BEGIN IMMEDIATE");
    } catch (error) {
      this.#onWrite(error);
      throw error;
    }
    this.#inTransaction = true;
  }

  #commit(): void {
    this.exec("COMMIT");
    this.#onWrite();
  }

  /** Closes the file. Twice is harmless. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#statements.clear();
    this.#beforeUse();
    this.#db.close();
  }

  /**
   * Closes the file, and leaves its write-ahead log as it is. The last connection that closes folds the
   * log in and removes it, by an index that may not be that of the log any more. One that only reads
   * cannot: it has to be the last, and `openTwin` opens it.
   */
  closeUnfolded(openTwin: (path: string) => { close(): void } | undefined): void {
    if (this.#closed) return;
    this.#beforeUse();
    const last = openTwin(this.path);
    this[Symbol.dispose]();
    last?.close();
  }

  /**
   * Lets go of the file without closing it, where the process ends right after; a later close does
   * nothing. What was committed stays in the write-ahead log for whoever opens the file next, as when
   * another process has it open. To close it as the last one folds the log in and removes it, which waits
   * for the disk four times: longer than `rr record` takes otherwise.
   */
  leave(): void {
    this.#closed = true;
  }

  #statement(sql: string): StatementSync {
    if (!this.#inTransaction) this.#beforeUse();
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #prepare(sql: string): StatementSync {
    const statement = this.#db.prepare(sql);
    returnArrays(statement);
    return statement;
  }

  #prepareBig(sql: string): StatementSync {
    if (!this.#inTransaction) this.#beforeUse();
    const statement = this.#prepare(sql);
    statement.setReadBigInts(true);
    return statement;
  }

  // A full disk rolls back by itself; then there is nothing left to roll back.
  #rollback(): void {
    try {
      this.#db.exec("ROLLBACK");
    } catch {
      // The error that led here says more.
    }
  }

  // node:sqlite throws for an integer beyond 2^53, which another program may have written anywhere: it
  // shall not fail the rows around it. As bigints all integers take half as long again.
  #slowRows(error: unknown, sql: string, values: Value[]): Row[] {
    if (!(error instanceof RangeError)) throw this.#failed(error);
    try {
      return asRows(this.#prepareBig(sql).all(...values)).map((row) => row.map(narrow));
    } catch (second) {
      throw this.#failed(second);
    }
  }

  // Reads the row at which the walk broke off in the way that does report errors.
  #endedEarly(columns: readonly string[], rest: string, given: number, values: Value[]): unknown {
    try {
      this.#prepareBig(`${walkSql(columns, rest)} LIMIT 1 OFFSET ${given}`).get(...values);
    } catch (error) {
      return this.#failed(error);
    }
    return new RrError(
      "database",
      `Cannot use the database "${this.path}": it ended after ${given} rows, before their end`,
      { hint: "Try again; if it stays, check it with `sqlite3 FILE 'PRAGMA integrity_check'`" },
    );
  }

  #failed(error: unknown): unknown {
    const told = databaseError(error, "use", this.path);
    if (this.#inTransaction) this.#onWrite(told);
    return told;
  }
}
