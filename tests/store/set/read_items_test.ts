import assert from "node:assert/strict";
import { type Item, WEEK_SECONDS } from "../../../src/named/item.ts";
import type { Span } from "../../../src/named/store.ts";
import { Database } from "../../../src/store/file/database.ts";
import type { Row, Value } from "../../../src/store/file/sqlite_rows.ts";
import { readPage, readWeekMarks } from "../../../src/store/set/read_items.ts";
import { makeEntries } from "../../fakes/entries.ts";
import { open, tempFolder } from "../_open.ts";

const WEEK = 2_850;
const WEEK_MS = WEEK * WEEK_SECONDS * 1000;
const DEVICES = new Set(["laptop"]);
const ALL = { week: WEEK, devices: undefined, after: 0, upTo: Infinity };
/** Of these a few fill what is read at once. */
const LARGE = "x".repeat(900_000);
const AT_ONCE_ROWS = 200;
const AT_ONCE_BYTES = 2 * 1024 * 1024;

/** Counts what is in memory at once. */
class Watched extends Database {
  mostRows = 0;
  mostBytes = 0;

  override rows(sql: string, ...values: Value[]): Row[] {
    const rows = super.rows(sql, ...values);
    const bytes = rows.flat().reduce<number>(
      (sum, value) => sum + (typeof value === "string" ? value.length : 0),
      0,
    );
    this.mostRows = Math.max(this.mostRows, rows.length);
    this.mostBytes = Math.max(this.mostBytes, bytes);
    return rows;
  }
}

/** A history of one week, all in the same second, and what is to be read of it. */
function weekOf(count: number, command: string): Disposable & { readonly db: Watched } {
  const folder = tempFolder();
  const path = folder.file("history.db");
  {
    using history = open(path);
    history.log.append(makeEntries(count, { startedAtMs: WEEK_MS, command }));
  }
  const db = new Watched(path, { readOnly: true });
  return {
    db,
    [Symbol.dispose]: () => {
      db[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}

Deno.test("readWeekMarks() gives every mark of a week once, and holds few rows at once", () => {
  const count = 2 * AT_ONCE_ROWS + 1;
  using week = weekOf(count, "ls");
  const marks = readWeekMarks(week.db, ALL, false).get("laptop")!;
  assert.equal(marks.length, count);
  assert.equal(new Set(marks.map(({ mark }) => mark)).size, count);
  assert.ok(week.db.mostRows <= AT_ONCE_ROWS, `${week.db.mostRows} rows at once`);
});

Deno.test("readWeekMarks() holds few commands at once that are large", () => {
  using week = weekOf(5, LARGE);
  assert.equal(readWeekMarks(week.db, ALL, false).get("laptop")!.length, 5);
  assert.ok(week.db.mostBytes < AT_ONCE_BYTES, `${week.db.mostBytes} bytes at once`);
});

const span = { after: 0, upTo: 5 };
const spans: readonly Span[] = [
  { kind: "range", ...span, floor: 0 },
  { kind: "week", ...span, week: WEEK, devices: DEVICES },
  { kind: "seqs", seqs: [5, 4, 3, 2, 1] },
];
for (const one of spans) {
  Deno.test(`readPage() of a ${one.kind} holds few commands at once that are large, and gives all`, () => {
    using week = weekOf(5, LARGE);
    const items: Item[] = [];
    for (let place: unknown, first = true; first || place !== undefined; first = false) {
      const page = readPage(week.db, one, place);
      items.push(...page.items);
      place = page.next;
    }
    assert.equal(items.length, 5);
    assert.equal(new Set(items.map(({ entry }) => entry?.id)).size, 5);
    assert.ok(week.db.mostBytes < AT_ONCE_BYTES, `${week.db.mostBytes} bytes at once`);
  });
}
