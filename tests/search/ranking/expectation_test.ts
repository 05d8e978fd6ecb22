import assert from "node:assert/strict";
import { expectations } from "../../../src/search/ranking/expectation.ts";
import { SAME } from "../../../src/search/ranking/likeness.ts";

const NEAR = 1e-9;

/** What is expected after runs of these slots, which are that alike and that loud. */
function expectedAfter(
  runs: readonly (readonly [slot: number, same?: number, loudness?: number])[],
): ReturnType<typeof expectations> {
  const lastAt = new Uint32Array(1 + Math.max(...runs.map(([slot]) => slot)));
  runs.forEach(([slot], at) => lastAt[slot] = at);
  return expectations({
    count: lastAt.length,
    slots: Uint32Array.from(runs, ([slot]) => slot),
    lastAt,
    loudness: Float64Array.from(runs, ([, , loudness = 1]) => loudness),
  }, Uint8Array.from(runs, ([, same = 0]) => same));
}

Deno.test("expectations() are shares of one, whatever is alike", () => {
  const { previous, second, third } = SAME;
  const runs = [0, 1, 2, 1, 0, 3].map((slot, i) =>
    [
      slot,
      [0, previous, previous | second, third | second, previous | third, 7][i]!,
      1 + i,
    ] as const
  );
  for (const shares of Object.values(expectedAfter(runs))) {
    assert.ok(Math.abs(shares.reduce((a: number, b: number) => a + b) - 1) < NEAR);
    assert.ok(shares.every((share: number) => share > 0), "nothing is impossible");
  }
});

Deno.test("expectations() go by how often and how lately, where nothing is alike", () => {
  const { pair, around, earlier } = expectedAfter([[0], [1], [0], [2]]);
  assert.deepEqual(pair, around);
  assert.deepEqual(pair, earlier);
  assert.ok(pair[2]! > pair[0]! && pair[0]! > pair[1]!);
});

Deno.test("expectations() leave the more room for the coarser look, the less was seen", () => {
  const { previous, second } = SAME;
  const seen = (times: number): number => {
    const alike = Array.from({ length: times }, () => [0, previous | second] as const);
    return expectedAfter([[1], ...alike, [1]]).pair[0]!;
  };
  assert.ok(seen(1) < seen(2) && seen(2) < seen(8));
  assert.ok(seen(1) > 0.5, "even once is much");
});

Deno.test("expectations() hear the latest best, and where it is loud", () => {
  const { previous } = SAME;
  const times = (slot: number) => Array.from({ length: 8 }, () => [slot, previous] as const);
  const latest = expectedAfter([...times(0), ...times(1), [1], [0]]).pair;
  assert.ok(latest[1]! > latest[0]!);
  const loud = expectedAfter([[0, previous, 5], [1, previous, 1], [0], [1]]).pair;
  assert.ok(loud[0]! > loud[1]!);
});

Deno.test("expectations() after runs without any are none", () => {
  const none = new Uint32Array(0);
  const { pair } = expectations(
    { count: 0, slots: none, lastAt: none, loudness: new Float64Array(0) },
    new Uint8Array(0),
  );
  assert.equal(pair.length, 0);
});
