import assert from "node:assert/strict";
import { checkWatch, MAX_BATCH_ENTRIES, resolveOptions } from "../../src/sync/options.ts";
import { idleTimeoutMs, pauseMs } from "../../src/sync/request_timing.ts";
import { seededRandom } from "../fakes/seeded_random.ts";

Deno.test("resolveOptions() fills in the original's defaults", () => {
  const { limit, push, request } = resolveOptions();
  assert.deepEqual({ limit, push, request }, {
    limit: 1000,
    push: false,
    request: { attempts: 3, timeoutBaseMs: 5000, timeoutCapMs: 30_000, backoffBaseMs: 200 },
  });
});

Deno.test("resolveOptions() raises the cap to the base, and bounds the batch", () => {
  const { request } = resolveOptions({ request: { timeoutBaseMs: 40_000 } });
  assert.equal(request.timeoutCapMs, 40_000);
  assert.equal(resolveOptions({ limit: 2 ** 40 }).limit, MAX_BATCH_ENTRIES);
});

Deno.test("resolveOptions() refuses what cannot work, naming it", () => {
  const bad = [
    { limit: -1 },
    { limit: 1.5 },
    { limit: NaN },
    { concurrency: 0 },
    { discoveryMs: 0 },
    { request: { attempts: 0 } },
    { request: { attempts: 101 } },
    { request: { timeoutBaseMs: 0 } },
    { request: { timeoutCapMs: 1e9 } },
    { request: { backoffBaseMs: -1 } },
  ];
  for (const options of bad) {
    const name = Object.keys(options.request ?? options)[0]!;
    assert.throws(() => resolveOptions(options), (error) => {
      assert.ok(error instanceof RangeError && error.message.includes(`'${name}'`), `${error}`);
      return true;
    });
  }
});

Deno.test("checkWatch() refuses intervals that are none", () => {
  assert.deepEqual(checkWatch({ intervalMs: 1 }), { intervalMs: 1, startJitterMs: 0 });
  for (const intervalMs of [0, -1, NaN, 0.5, Infinity]) {
    assert.throws(() => checkWatch({ intervalMs }), RangeError);
  }
  assert.throws(() => checkWatch({ intervalMs: 1, startJitterMs: -1 }), RangeError);
});

Deno.test("time-outs and pauses grow to their caps", () => {
  const { request } = resolveOptions();
  assert.deepEqual([0, 1, 2, 3, 99].map((n) => idleTimeoutMs(n, request)), [
    5000,
    10_000,
    20_000,
    30_000,
    30_000,
  ]);
  const random = seededRandom();
  for (const [failures, ms] of [[1, 200], [2, 400], [3, 800], [60, 30_000]] as const) {
    const pause = pauseMs(failures, request, random);
    assert.ok(pause >= ms * 0.75 && pause <= ms * 1.25, `${failures}: ${pause}`);
  }
});
