import assert from "node:assert/strict";
import type { Entry } from "../../src/history/entry.ts";
import { answerPull } from "../../src/wire/answer_pull.ts";
import { decodePullReply } from "../../src/wire/codec.ts";
import type { PullAnswer, PullRequest } from "../../src/swarm/messages.ts";
import { makeEntries, makeEntry } from "../fakes/entries.ts";

Deno.test("answerPull() writes what the log gives", async () => {
  const entries = makeEntries(3);
  const reply = await pull(entries, { cursor: 1, limit: 10 });
  assert.deepEqual(reply.entries, entries.slice(1));
  assert.equal(reply.nextCursor, 3);
});

Deno.test("answerPull() gives an empty answer at the end of the log", async () => {
  const reply = await pull(makeEntries(1), { cursor: 1, limit: 10 });
  assert.deepEqual([reply.entries, reply.nextCursor], [[], null]);
});

Deno.test("answerPull() asks for less until the answer fits", async () => {
  // 40 MiB of JSON against 32 MiB.
  const entries = makeEntries(40).map((entry) => ({ ...entry, command: "x".repeat(1 << 20) }));
  const reply = await pull(entries, { cursor: 0, limit: 40 }, false);
  assert.deepEqual(
    reply.entries.map((entry) => entry.id),
    entries.slice(0, 20).map((one) => one.id),
  );
  assert.equal(reply.nextCursor, 20);
});

Deno.test("answerPull() passes over an entry that no message can hold", async () => {
  const huge = { ...makeEntry(), command: "x".repeat(33 << 20) };
  const entries = [huge, ...makeEntries(2)];
  const reply = await pull(entries, { cursor: 0, limit: 3 }, false);
  assert.deepEqual(reply.entries, [entries[1]]);
  assert.equal(reply.nextCursor, 2);
});

Deno.test("answerPull() passes over a run of entries that the wire cannot hold", async () => {
  const bad = makeEntries(5, { exitCode: 2 ** 40 });
  const entries = [...bad, ...makeEntries(2)];
  const reply = await pull(entries, { cursor: 0, limit: 2 });
  assert.deepEqual(reply.entries, entries.slice(5, 6));
  assert.equal(reply.nextCursor, 6);
  assert.equal((await pull(bad, { cursor: 0, limit: 2 })).nextCursor, null);
});

Deno.test("answerPull() rejects with what the log throws", async () => {
  const read = (): Promise<PullAnswer> => Promise.reject(new Error("gone"));
  await assert.rejects(answerPull({ cursor: 0, limit: 1 }, true, read), /gone/);
});

async function pull(
  log: readonly Entry[],
  request: PullRequest,
  compressed = true,
): Promise<ReturnType<typeof decodePullReply>> {
  const read = ({ cursor, limit }: PullRequest): Promise<PullAnswer> => {
    const entries = log.slice(cursor, cursor + limit);
    return Promise.resolve({
      entries,
      nextCursor: entries.length === 0 ? null : cursor + entries.length,
    });
  };
  return decodePullReply(await answerPull(request, compressed, read), compressed);
}
