/** Protocol 2 under every trouble that the simulator knows; `deno task simulate` runs more seeds. */
import assert from "node:assert/strict";
import { OPERATIONS, type RunOptions, shrink, simulate } from "./sim/run.ts";

/** Seeds that failed once. */
const FAILED_ONCE = [
  2,
  7,
  10,
  13,
  19,
  34,
  35,
  141,
  156,
  177,
  190,
  213,
  281,
  2416,
  3508,
  8840,
  11068,
];
const SEEDS = 300;

Deno.test(`simulate() converges for ${SEEDS} seeds of ${OPERATIONS} operations`, () => {
  for (let seed = 1; seed <= SEEDS; seed++) assertConverges(seed);
});

Deno.test("simulate() converges for the seeds that failed once", () => {
  for (const seed of FAILED_ONCE) {
    assertConverges(seed);
    // Most of them failed when all devices were connected at once.
    assertConverges(seed, { shape: "mesh" });
  }
});

Deno.test("simulate() gives the same for the same seed", () => {
  assert.deepEqual(simulate(4711), simulate(4711));
});

function assertConverges(seed: number, options: RunOptions = {}): void {
  const { failure } = simulate(seed, undefined, options);
  if (failure === undefined) return;
  const kinds = shrink(seed, options).map(({ kind }) => kind);
  assert.fail(`SEED=${seed}: ${failure}\nIt takes: ${kinds.join(", ")}`);
}
