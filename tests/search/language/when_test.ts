import assert from "node:assert/strict";
import { parseWhen } from "../../../src/search/language/when.ts";

const NOW = new Date(2024, 4, 15, 12, 30, 45, 678).getTime();

Deno.test("parseWhen() reads spans, days, dates, times and Unix seconds", () => {
  const cases: [string, number][] = [
    ["now", NOW],
    ["90s", NOW - 90_000],
    ["30m", NOW - 30 * 60_000],
    ["2h", NOW - 2 * 3_600_000],
    ["2h ago", NOW - 2 * 3_600_000],
    ["3 d", NOW - 3 * 86_400_000],
    [" 1W ", NOW - 7 * 86_400_000],
    ["1y", NOW - 365 * 86_400_000],
    ["today", new Date(2024, 4, 15).getTime()],
    ["Yesterday", new Date(2024, 4, 14).getTime()],
    ["2024-05-01", new Date(2024, 4, 1).getTime()],
    ["2024-5-1", new Date(2024, 4, 1).getTime()],
    ["2024-05-01 10:00", new Date(2024, 4, 1, 10).getTime()],
    ["2024-05-01T10:00:07", new Date(2024, 4, 1, 10, 0, 7).getTime()],
    ["2024-05-01T10:00:00Z", Date.UTC(2024, 4, 1, 10)],
    ["2024-05-01T10:00:00+02:00", Date.UTC(2024, 4, 1, 8)],
    ["@1700000000", 1_700_000_000_000],
  ];
  for (const [text, ms] of cases) assert.equal(parseWhen(text, NOW), ms, text);
});

Deno.test("parseWhen() refuses what is no moment, and says what is", () => {
  const bad = ["", "soon", "-2h", "2x", "2024-13-01", "2024-02-30", "12:00", "5", "1.5h"];
  for (const text of bad) assert.throws(() => parseWhen(text, NOW), /expected a span/, text);
});
