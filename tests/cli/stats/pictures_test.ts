import assert from "node:assert/strict";
import {
  type DayCount,
  heatMap,
  hourBars,
  longestStreak,
} from "../../../src/cli/commands/stats/pictures.ts";

const plain = (text: string): string => text;
const PALETTE = { bold: plain, dim: plain, red: plain, green: plain, pink: plain };
const ASCII = { palette: PALETTE, isUtf8: false };

/** Days up to Wednesday, 15 May 2024. */
function days(runs: readonly number[]): DayCount[] {
  return runs.map((count, i) => ({
    fromMs: new Date(2024, 4, 15 - runs.length + 1 + i).getTime(),
    runs: count,
    failed: 0,
    unknown: 0,
  }));
}

Deno.test("heatMap() has a column a week that ends today, and shows every run", () => {
  const runs = Array.from({ length: 371 }, (_, i) => i === 370 ? 100 : i === 369 ? 1 : 0);
  const rows = heatMap(days(runs), ASCII, 80);
  assert.equal(rows.length, 8);
  assert.ok(rows.every((row) => row.length <= 57));
  assert.equal(rows[3]!.at(-1), "#"); // Wednesday
  assert.equal(rows[2]!.at(-1), "-"); // Tuesday
  assert.equal(rows[4]!.length, rows[3]!.length - 1); // tomorrow is not there yet
  assert.match(rows[0]!, /^ +(May|Jun) .*Apr/);
});

Deno.test("heatMap() fits a narrow terminal with the latest weeks", () => {
  const rows = heatMap(days(new Array(371).fill(1)), ASCII, 20);
  assert.ok(rows.every((row) => row.length <= 20));
  assert.equal(rows[1]!, `Mon ${"#".repeat(16)}`);
});

Deno.test("hourBars() has two columns an hour", () => {
  const hours = Array.from(
    { length: 24 },
    (_, i) => ({ runs: i === 9 ? 8 : 0, failed: 0, unknown: 0 }),
  );
  assert.deepEqual(hourBars(hours, ASCII), [
    `${" ".repeat(18)}##`,
    "00    03    06    09    12    15    18    21",
  ]);
});

Deno.test("longestStreak() counts days in a row", () => {
  const of = (...runs: number[]): number =>
    longestStreak(runs.map((r) => ({ runs: r, failed: 0, unknown: 0 })));
  assert.deepEqual([of(), of(0), of(1, 1, 0, 3), of(0, 1, 1, 1)], [0, 0, 2, 3]);
});
