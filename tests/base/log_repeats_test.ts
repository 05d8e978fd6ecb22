import assert from "node:assert/strict";
import { sumRepeats, withSummedWarnings } from "../../src/base/log_repeats.ts";
import { createLogger } from "../../src/base/log.ts";
import { FakeClock } from "../fakes/fake_clock.ts";

Deno.test("sumRepeats() writes the first lines of a kind and counts the others", async () => {
  const clock = new FakeClock();
  const lines: string[] = [];
  const sink = sumRepeats(
    (level, message, fields) => {
      lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
    },
    clock,
    { most: 3, windowMs: 1000 },
  );
  for (let i = 0; i < 250; i++) sink("warn", "Dropped a request", { peer: `p${i}` });
  sink("info", "Connected", {});
  assert.equal(lines.length, 4);
  await clock.advance(1000);
  assert.deepEqual(lines.slice(4), [
    'warn Left out lines that say the same of others {"line":"Dropped a request","count":247,"seconds":1}',
  ]);
  // The next window begins anew, and few lines are not summed up.
  for (let i = 0; i < 2; i++) sink("warn", "Dropped a request", {});
  await clock.advance(5000);
  assert.equal(lines.length, 7);
});

Deno.test("withSummedWarnings() sums up the warnings of a command that ends, and no results", () => {
  const lines: string[] = [];
  const plain = createLogger((level, message, fields) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  }, "debug");
  {
    using logger = withSummedWarnings(plain, new FakeClock());
    for (let i = 0; i < 4_000; i++) logger.warn("Skipped a record", { i });
    for (let i = 0; i < 100; i++) logger.info("p2p pull summary", { i });
  }
  assert.equal(lines.filter((line) => line.startsWith("warn Skipped")).length, 30);
  assert.equal(lines.filter((line) => line.startsWith("info p2p pull summary")).length, 100);
  assert.equal(
    lines.at(-1),
    'warn Left out lines that say the same of others {"line":"Skipped a record","count":3970}',
  );
  assert.equal(lines.length, 131);
});
