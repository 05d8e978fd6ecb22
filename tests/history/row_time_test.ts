import assert from "node:assert/strict";
import { rowTimeMs } from "../../src/history/row_time.ts";

Deno.test("rowTimeMs() takes the exact time only where the seconds are the same", () => {
  const table: readonly (readonly [unknown, unknown, number | undefined])[] = [
    [1_700_000_000, 1_700_000_000_077, 1_700_000_000_077],
    [1_700_000_000, null, 1_700_000_000_000],
    [1_700_000_000, 1_699_999_999_999, 1_700_000_000_000],
    [-1, -1, -1],
    [-1, -1001, -1000],
    [null, 1_700_000_000_077, undefined],
    ["1700000000", 1_700_000_000_077, undefined],
  ];
  for (const [seconds, exact, ms] of table) assert.equal(rowTimeMs(seconds, exact), ms);
});
