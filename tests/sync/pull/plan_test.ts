import assert from "node:assert/strict";
import type { LinkErrorCode } from "../../../src/sync/ports.ts";
import type { PullReply } from "../../../src/swarm/messages.ts";
import {
  afterFailure,
  countOf,
  isSameLog,
  lastIdOf,
  limitAfterReply,
  rowsAtOnce,
  TARGET_BATCH_BYTES,
  withoutFirst,
} from "../../../src/sync/pull/plan.ts";
import { makeEntries, makeEntry } from "../../fakes/entries.ts";

const [A, B] = makeEntries(2) as [ReturnType<typeof makeEntry>, ReturnType<typeof makeEntry>];
const BAD = { id: "bad", reason: "too long" };

Deno.test("isSameLog() compares the entry at the cursor with the one that stood there", () => {
  const state = { cursor: 7, lastId: A.id };
  const has = (): boolean => assert.fail("the id is known");
  assert.equal(isSameLog(state, reply([A, B]), has), true);
  assert.equal(isSameLog(state, reply([B, A]), has), false);
  assert.equal(isSameLog(state, reply([]), has), false);
});

Deno.test("isSameLog() without a known id asks whether the entry is held", () => {
  const state = { cursor: 7, lastId: undefined };
  assert.equal(isSameLog(state, reply([A, B]), (id) => id === A.id), true);
  assert.equal(isSameLog(state, reply([A, B]), (id) => id === B.id), false);
  assert.equal(isSameLog(state, reply([]), () => true), false);
});

Deno.test("isSameLog() knows a rejected entry by its id too", () => {
  const answer: PullReply = { ...reply([A]), rejected: [BAD], firstId: "bad", lastId: A.id };
  assert.equal(isSameLog({ cursor: 7, lastId: "bad" }, answer, () => false), true);
  assert.equal(isSameLog({ cursor: 7, lastId: A.id }, answer, () => false), false);
});

Deno.test("withoutFirst() takes away what stands at the cursor, good or bad", () => {
  assert.deepEqual(withoutFirst(reply([A, B])).entries, [B]);
  const bad: PullReply = { ...reply([A]), rejected: [BAD], firstId: "bad" };
  assert.deepEqual(withoutFirst(bad).entries, [A]);
  assert.equal(countOf(withoutFirst(bad)), 1);
});

Deno.test("lastIdOf() does not guess past rejected entries", () => {
  assert.equal(lastIdOf(reply([A, B])), B.id);
  assert.equal(lastIdOf({ ...reply([A]), rejected: [BAD] }), undefined);
  assert.equal(lastIdOf({ ...reply([A]), rejected: [BAD], lastId: "bad" }), "bad");
});

Deno.test("limitAfterReply() grows by a quarter up to the most, from 1 too", () => {
  assert.equal(limitAfterReply(1, 100, reply([A])), 2);
  assert.equal(limitAfterReply(40, 100, reply([A])), 50);
  assert.equal(limitAfterReply(90, 100, reply([A])), 100);
});

Deno.test("limitAfterReply() shrinks when the answer was too many bytes", () => {
  const big = makeEntries(8, { command: "x".repeat(TARGET_BATCH_BYTES / 4) });
  assert.equal(limitAfterReply(1000, 1000, reply(big)), 3);
  const one = makeEntry({ command: "x".repeat(2 * TARGET_BATCH_BYTES) });
  assert.equal(limitAfterReply(1000, 1000, reply([one])), 1);
});

Deno.test("rowsAtOnce() aims at a time, grows by a quarter and never stops", () => {
  assert.equal(rowsAtOnce(1000, 4000, 1000, 100), 300);
  assert.equal(rowsAtOnce(1000, 4000, 1000, 60), 500);
  assert.equal(rowsAtOnce(1000, 4000, 1000, 5), 1250);
  assert.equal(rowsAtOnce(4000, 4000, 3000, 0), 4000);
  assert.equal(rowsAtOnce(4000, 4000, 3000, 36), 2500, "of what was stored, not of what might be");
  assert.equal(rowsAtOnce(1000, 4000, 1000, 60_000), 250);
  assert.equal(rowsAtOnce(1000, 4000, 10, 60_000), 1000, "a few rows tell nothing");
  assert.equal(rowsAtOnce(1000, 4000, 249, 60_000), 1000);
  assert.equal(rowsAtOnce(1000, 4000, 250, 60_000), 250, "these do");
});

Deno.test("afterFailure() decides by what failed", () => {
  const table: [LinkErrorCode, boolean, number, number, unknown][] = [
    // code, connection open, limit, failures => next step
    ["unreachable", false, 1000, 0, { kind: "give-up" }],
    ["unsupported", true, 1000, 0, { kind: "give-up" }],
    ["too-large", true, 1000, 0, { kind: "smaller", limit: 500 }],
    ["too-large", true, 3, 2, { kind: "smaller", limit: 1 }],
    ["too-large", true, 1, 0, { kind: "stuck" }],
    ["closed", true, 1000, 0, { kind: "smaller", limit: 500 }],
    ["closed", true, 1, 0, { kind: "again", limit: 1, reconnect: false }],
    ["closed", true, 1, 2, { kind: "stuck" }],
    ["invalid", true, 2, 0, { kind: "smaller", limit: 1 }],
    ["closed", false, 1000, 0, { kind: "again", limit: 250, reconnect: true }],
    ["closed", false, 1, 0, { kind: "again", limit: 1, reconnect: true }],
    ["closed", false, 1000, 2, { kind: "give-up" }],
    ["timeout", true, 1000, 0, { kind: "again", limit: 250, reconnect: false }],
    ["timeout", true, 1000, 1, { kind: "again", limit: 250, reconnect: true }],
    ["timeout", true, 1000, 2, { kind: "give-up" }],
  ];
  for (const [code, linkOpen, limit, failures, next] of table) {
    const step = afterFailure({ code, linkOpen, limit, failures, attempts: 3 });
    assert.deepEqual(step, next, `${code} ${linkOpen} ${limit} ${failures}`);
  }
});

Deno.test("afterFailure() comes to an end from every state", () => {
  for (const code of ["closed", "timeout", "invalid", "too-large", "too-large-here"] as const) {
    for (const linkOpen of [true, false]) {
      let [limit, failures, steps] = [10_000, 0, 0];
      for (;; steps++) {
        const step = afterFailure({ code, linkOpen, limit, failures, attempts: 5 });
        if (step.kind === "give-up" || step.kind === "stuck" || step.kind === "hold") break;
        limit = step.limit;
        if (step.kind === "again") failures++;
        assert.ok(steps < 30, `${code} ${linkOpen}`);
      }
    }
  }
});

function reply(entries: PullReply["entries"]): PullReply {
  return { entries, nextCursor: entries.length === 0 ? null : 99 };
}
