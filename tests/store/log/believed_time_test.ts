import assert from "node:assert/strict";
import { believedUnix } from "../../../src/store/log/believed_time.ts";

const DAY = 86_400;
const NOW = 1_700_000_000;
const NOTHING = { previous: undefined, others: undefined, own: undefined };

Deno.test("believedUnix() believes a clock that nothing speaks against", () => {
  assert.equal(believedUnix(NOW, NOTHING), NOW);
  assert.equal(believedUnix(NOW, { ...NOTHING, own: NOW - 20 * DAY }), NOW);
  assert.equal(believedUnix(NOW, { ...NOTHING, previous: NOW - DAY }), NOW);
});

Deno.test("believedUnix() does not believe a jump of years, whatever was recorded meanwhile", () => {
  const wrong = NOW + 14 * 365 * DAY;
  const evidence = { previous: NOW, others: NOW - DAY, own: undefined };
  assert.equal(believedUnix(wrong, evidence), NOW + 2 * DAY);
  assert.equal(believedUnix(wrong, { ...NOTHING, own: NOW }), NOW + 2 * DAY);
});

Deno.test("believedUnix() believes another device, and a clock that goes back", () => {
  const later = NOW + 300 * DAY;
  assert.equal(believedUnix(later, { previous: NOW, others: later - DAY, own: undefined }), later);
  assert.equal(believedUnix(NOW, { ...NOTHING, previous: later }), NOW);
});

Deno.test("believedUnix() keeps up with an interval of weeks", () => {
  const evidence = { ...NOTHING, previous: NOW - 20 * DAY };
  assert.equal(believedUnix(NOW, evidence, 14 * DAY), NOW);
  assert.equal(believedUnix(NOW, evidence, DAY), NOW - 18 * DAY);
});
