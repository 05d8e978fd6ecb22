/** The rows of a database of which a part may be damaged: all that can still be read. */
import { type ForeignDatabase, isDamaged, lengthOf } from "../../store/file/read_foreign.ts";
import type { Row, RowQuery } from "./row_values.ts";

/** Which rows of which table. */
export interface TableQuery extends RowQuery {
  readonly table: string;
  /** The column with the longest texts, which is looked at to see whether all can be read. */
  readonly text: string;
}

/** Up to which row number a way around a damaged page is looked for. */
const MOST_ROWS = 2 ** 40;

/**
 * A stream that can be started again. A whole table comes in its order; of a damaged one each row that can
 * be read, as they lie, and `undefined` for each part that cannot.
 */
export function readableRows(
  db: ForeignDatabase,
  query: TableQuery,
): () => Iterable<Row | undefined> {
  const { columns, table, where, order } = query;
  if (canRead(() => db.all(`SELECT count(*), max(${lengthOf(query.text)}) FROM ${table}`))) {
    const rest = `FROM ${table}${where ? ` WHERE ${where}` : ""}${
      order ? ` ORDER BY ${order}` : ""
    }`;
    return () => db.select(columns, rest);
  }
  return () => aroundDamage(db, query);
}

function* aroundDamage(db: ForeignDatabase, query: TableQuery): Generator<Row | undefined> {
  const columns = { ...query.columns, rowid: "rowid" };
  const rest = `FROM ${query.table} WHERE rowid > ?${
    query.where ? ` AND ${query.where}` : ""
  } ORDER BY rowid`;
  let last: number | undefined = 0;
  while (last !== undefined) {
    try {
      for (const { rowid, ...row } of db.select(columns, rest, last)) {
        last = Number(rowid);
        yield row;
      }
      return;
    } catch (error) {
      if (!isDamaged(error)) throw error;
    }
    yield undefined;
    last = behindDamage(db, query.table, last);
  }
}

// The nearest number behind which a row can be read; `undefined` if there is none.
function behindDamage(db: ForeignDatabase, table: string, from: number): number | undefined {
  const next = `SELECT rowid FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT 1`;
  const reads = (at: number): boolean => canRead(() => db.all(next, at));
  let step = 1;
  while (!reads(from + step)) {
    step *= 2;
    if (step > MOST_ROWS) return undefined;
  }
  let bad = Math.floor(step / 2);
  while (step - bad > 1) {
    const middle = Math.floor((step + bad) / 2);
    if (reads(from + middle)) step = middle;
    else bad = middle;
  }
  return from + step;
}

function canRead(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (isDamaged(error)) return false;
    throw error;
  }
}
