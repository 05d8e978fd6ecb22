/** How rows are walked over so that nobody takes a failure for their end. */

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
