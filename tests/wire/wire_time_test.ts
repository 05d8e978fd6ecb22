import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_STARTED_AT_MS, MIN_STARTED_AT_MS } from "../../src/history/check_entry.ts";
import { decodeTime, encodeTime } from "../../src/wire/wire_time.ts";

const VECTORS: readonly [readonly number[], number][] = [
  [[2023, 318, 22, 13, 20, 0, 0, 0, 0], 1_700_000_000],
  [[1970, 1, 0, 0, 1, 0, 0, 0, 0], 1],
  [[1969, 365, 23, 59, 59, 0, 0, 0, 0], -1],
  [[2024, 366, 23, 59, 59, 0, 0, 0, 0], 1_735_689_599],
  [[-9999, 1, 0, 0, 0, 0, 0, 0, 0], -377_705_116_800],
  [[9999, 365, 23, 59, 59, 0, 0, 0, 0], 253_402_300_799],
];

Deno.test("encodeTime() and decodeTime() agree with the original's vectors", () => {
  for (const [tuple, seconds] of VECTORS) {
    assert.equal(decodeTime(tuple), seconds * 1000);
    assert.deepEqual(encodeTime(seconds * 1000), tuple);
  }
});

Deno.test("decodeTime() applies offsets and keeps milliseconds", () => {
  assert.equal(decodeTime([2023, 319, 7, 13, 20, 999_999_999, 9, 0, 0]), 1_700_000_000_999);
  assert.equal(decodeTime([2023, 318, 22, 13, 20, 0, -5, 30, 0]), 1_700_019_800_000);
  assert.equal(decodeTime([2023, 318, 22, 13, 20, 0, 5, -30, 0]), 1_699_980_200_000);
  assert.equal(decodeTime([2023, 318, 22, 13, 20, 0, 0, -1, 1]), 1_700_000_061_000);
  assert.equal(decodeTime([2023, 318, 22, 13, 20, 0, 0, 0, -1]), 1_700_000_001_000);
});

Deno.test("encodeTime() rounds down to the second, before 1970 too", () => {
  assert.deepEqual(encodeTime(1999), [1970, 1, 0, 0, 1, 0, 0, 0, 0]);
  assert.deepEqual(encodeTime(-1), [1969, 365, 23, 59, 59, 0, 0, 0, 0]);
});

Deno.test("decodeTime() refuses everything that is not nine integers in their ranges", () => {
  const good = [2023, 318, 22, 13, 20, 0, 0, 0, 0];
  const at = (i: number, value: unknown): unknown[] => good.with(i, value as number);
  const bad: unknown[] = [
    "2023-11-14T22:13:20Z",
    1_700_000_000,
    null,
    undefined,
    {},
    { length: 9 },
    [],
    good.slice(0, 8),
    good.slice(0, 6),
    [...good, 0],
    at(5, -0),
    at(2, 1.5),
    at(2, "22"),
    at(2, null),
    at(0, 10_000),
    at(0, -10_000),
    at(1, 0),
    at(1, 366),
    [2024, 367, 0, 0, 0, 0, 0, 0, 0],
    [1900, 366, 0, 0, 0, 0, 0, 0, 0],
    at(2, 24),
    at(2, -1),
    at(3, 60),
    at(4, 60),
    at(5, 1_000_000_000),
    at(5, -1),
    at(6, 26),
    at(6, -26),
    at(7, 60),
    at(8, -60),
  ];
  for (const value of bad) assert.equal(decodeTime(value), undefined, JSON.stringify(value));
  assert.notEqual(decodeTime([2000, 366, 23, 59, 59, 999_999_999, -25, 59, 59]), undefined);
});

Deno.test("every whole second survives a round trip and equals what Date says", () => {
  const second = fc.integer({
    min: MIN_STARTED_AT_MS / 1000,
    max: Math.floor(MAX_STARTED_AT_MS / 1000),
  });
  fc.assert(
    fc.property(second, (seconds) => {
      const tuple = encodeTime(seconds * 1000);
      const date = new Date(seconds * 1000);
      assert.equal(decodeTime(tuple), seconds * 1000);
      assert.equal(tuple[0], date.getUTCFullYear());
      assert.equal(tuple[2], date.getUTCHours());
      assert.equal(tuple[4], date.getUTCSeconds());
    }),
    { numRuns: 2000 },
  );
});

Deno.test("decodeTime() never throws, whatever it is given", () => {
  fc.assert(fc.property(fc.anything(), (value) => {
    const ms = decodeTime(value);
    assert.ok(ms === undefined || Number.isInteger(ms));
  }));
});
