/** Rows as `node:sqlite` gives them on every runtime, in one form. */
import type { SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";

/** One row, in the order of the columns asked for. */
export type Row = readonly SQLOutputValue[];
/** What may be bound to a `?`. */
export type Value = SQLInputValue;

/** An integer as a number where that can hold it; all else as it is. */
export function narrow(value: SQLOutputValue): SQLOutputValue {
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/**
 * Has a statement give arrays, which is twice as fast as objects. Node has it since 22.16; before that the
 * values of the object are the row, as long as no query gives two columns one name.
 */
export function returnArrays(
  statement: StatementSync & { setReturnArrays?(on: boolean): void },
): void {
  statement.setReturnArrays?.(true);
}

/** What a statement gave, as rows. */
export function asRows(rows: unknown[]): Row[] {
  return rows.length === 0 || Array.isArray(rows[0]) ? rows as Row[] : rows.map(asRow);
}

/** One of them. */
export function asRow(row: unknown): Row {
  return Array.isArray(row) ? row : Object.values(row as Record<string, SQLOutputValue>);
}

/**
 * The rows, and one more that says that all of them were given.
 *
 * On Deno an iterator swallows the error of a step: a damaged page looks like the last row. The LIMIT
 * keeps the order of the inner query and lets SQLite give its rows as it finds them.
 */
export function walkSql(columns: readonly string[], rest: string): string {
  const list = columns.map((column, i) => `${column} AS c${i}`).join(", ");
  return `SELECT * FROM (SELECT 0, ${list} ${rest} LIMIT -1)
    UNION ALL SELECT 1${", NULL".repeat(columns.length)}`;
}
