/** `node:sqlite` with what every part of the store needs: statements kept, errors in our words. */
import {
  DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementSync,
} from "node:sqlite";
import { databaseError } from "./_sqlite_errors.ts";

/** One row, in the order of the columns asked for. */
export type Row = readonly SQLOutputValue[];
/** What may be bound to a `?`. */
export type Value = SQLInputValue;

/** See the file's description. Statements must be constants: each one is kept for ever. */
export class Database implements Disposable {
  /** As given to SQLite; only for messages. */
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #inTransaction = false;
  #closed = false;

  /** Opens the file; creates nothing if `readOnly`. */
  constructor(path: string, options: { readonly readOnly: boolean }) {
    this.path = path;
    try {
      this.#db = new DatabaseSync(path, options);
    } catch (error) {
      throw databaseError(error, "open", path);
    }
  }

  /** Runs statements without values, such as a migration or a pragma. */
  exec(sql: string): void {
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

  /** All rows of one query. */
  rows(sql: string, ...values: Value[]): Row[] {
    try {
      return asRows(this.#statement(sql).all(...values));
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** The first row of one query. */
  row(sql: string, ...values: Value[]): Row | undefined {
    try {
      const row = this.#statement(sql).get(...values);
      return row === undefined ? undefined : asRow(row);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Rows one by one, for a walk that may end early. The loop must not write to what it walks over. */
  *walk(sql: string, ...values: Value[]): Generator<Row, void, undefined> {
    // A statement of its own: a kept one would be reset by a second walk inside the first.
    const statement = this.#prepare(sql);
    try {
      for (const row of statement.iterate(...values)) yield asRow(row);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** The first column of the first row as an integer; 0 if there is no row or it is not a number. */
  integer(sql: string, ...values: Value[]): number {
    const value = this.row(sql, ...values)?.[0];
    return typeof value === "number" ? value : 0;
  }

  /** Runs `task` in one transaction that takes the write lock at once: whole or not at all. */
  transaction<T>(task: () => T): T {
    if (this.#inTransaction) throw new Error("Cannot start a transaction inside another one");
    this.exec("BEGIN IMMEDIATE");
    this.#inTransaction = true;
    try {
      const result = task();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      this.#rollback();
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  /** Closes the file. Twice is harmless. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#statements.clear();
    this.#db.close();
  }

  #statement(sql: string): StatementSync {
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

  // A full disk rolls back by itself; then there is nothing left to roll back.
  #rollback(): void {
    try {
      this.#db.exec("ROLLBACK");
    } catch {
      // The error that led here says more.
    }
  }

  #failed(error: unknown): unknown {
    // An integer beyond 2^53 in a row that another program wrote: the caller reads it in another way.
    if (error instanceof RangeError) return error;
    return databaseError(error, "use", this.path);
  }
}

// Twice as fast as objects. Node has it since 22.16; before that the values of the object are the row,
// as long as no query gives two columns one name.
function returnArrays(statement: StatementSync & { setReturnArrays?(on: boolean): void }): void {
  statement.setReturnArrays?.(true);
}

function asRows(rows: unknown[]): Row[] {
  return rows.length === 0 || Array.isArray(rows[0]) ? rows as Row[] : rows.map(asRow);
}

function asRow(row: unknown): Row {
  return Array.isArray(row) ? row : Object.values(row as Record<string, SQLOutputValue>);
}
