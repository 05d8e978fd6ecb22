import assert from "node:assert/strict";
import { RrError } from "../../../src/base/rr_error.ts";
import type { PullReply, PullRequest } from "../../../src/swarm/messages.ts";
import { ScriptedService } from "../../contracts/peer_link.ts";
import { drive } from "../../fakes/drive.ts";
import { makeEntry } from "../../fakes/entries.ts";
import { MemoryLink } from "../../fakes/memory_link.ts";
import { Device } from "../_device.ts";
import { Pair, SlowWriter } from "./_pair.ts";

Deno.test("an answer without progress is stored and ends the pull with an error", async () => {
  for (const nextCursor of [null, 0, -1]) {
    const near = new Device("near");
    const reply: PullReply = { entries: [makeEntry()], nextCursor };
    const service = new ScriptedService();
    service.pull = () => Promise.resolve(reply);
    const far = new Device("far");
    near.manual.push(far.record);
    // Not through the codec of our own server, which would never write this.
    near.dialer.reach(far.peer, () => {
      const link = new MemoryLink({ peer: far.peer, service, clock: near.clock });
      link.pull = () => Promise.resolve(reply);
      return link;
    });
    const report = await drive(near.clock, near.engine.runRound());
    assert.match(String(report.error), /next_cursor/);
    assert.equal(near.history.entries.length, 1);
    assert.equal(near.history.pullState(far.peer).cursor, 0);
  }
});

Deno.test("rejected entries are named, counted and passed, even if there is nothing else", async () => {
  const near = new Device("near");
  const far = new Device("far");
  near.manual.push(far.record);
  const good = makeEntry();
  const answers: PullReply[] = [
    {
      entries: [],
      rejected: [{ id: "bad-1", reason: "r" }],
      nextCursor: 1,
      firstId: "bad-1",
      lastId: "bad-1",
    },
    { entries: [good], rejected: [], nextCursor: 2, firstId: good.id, lastId: good.id },
    { entries: [], rejected: [], nextCursor: null },
  ];
  near.dialer.reach(far.peer, () => {
    const link = near.linkTo(far);
    link.pull = () => Promise.resolve(answers.shift()!);
    return link;
  });
  const report = await drive(near.clock, near.engine.runRound());
  assert.equal(report.error, undefined);
  assert.deepEqual(report.peers[0]?.pull, {
    received: 2,
    inserted: 1,
    ignored: 0,
    rejected: 1,
    skipped: 0,
  });
  assert.equal(near.logger.matching("Left out an entry")[0]?.fields.id, "bad-1");
});

Deno.test("a busy database is waited for, a broken one ends the pull", async () => {
  const pair = new Pair();
  pair.far.recordCommands(3);
  pair.near.history.failures.push(new RrError("busy", "locked"), new RrError("busy", "locked"));
  assert.equal((await pair.round()).error, undefined);
  pair.far.recordCommands(3);
  pair.near.history.failures.push(new RrError("database", "disk I/O error"));
  assert.match(String((await pair.round()).error), /disk I\/O error/);
  assert.equal(pair.near.history.entries.length, 3);
  assert.equal((await pair.round()).error, undefined);
  assert.equal(pair.near.history.entries.length, 6);
});

Deno.test("the next batch is asked for before the one before is stored", async () => {
  const pair = new Pair({ sync: { limit: 10 } });
  pair.far.recordCommands(22);
  const order: string[] = [];
  const append = pair.near.history.appendPulled.bind(pair.near.history);
  pair.near.history.appendPulled = (peer, entries, state) => {
    order.push(`store ${state.cursor}`);
    return append(peer, entries, state);
  };
  pair.far.fault = (_, request) => void order.push(`ask ${(request as PullRequest).cursor}`);
  await pair.round();
  assert.deepEqual(order, [
    "ask 0",
    "ask 10",
    "store 10",
    "ask 22",
    "store 22",
  ]);
});

Deno.test("a long pull is stored by a writer, in order and whole, before the pull is over", async () => {
  const pair = new Pair({ sync: { limit: 2000 } });
  const writer = new SlowWriter(pair.near);
  pair.near.openWriter = () => Promise.resolve(writer);
  pair.far.recordCommands(20_000);
  const { peers } = await pair.round();
  assert.equal(peers[0]!.pullError, undefined);
  assert.equal(peers[0]!.pull.inserted, 20_000);
  assert.deepEqual(pair.near.history.entries, pair.far.history.entries);
  assert.ok(writer.stored.length > 1 && writer.stored[0]! > 5_000, "short pulls need none");
  assert.equal(writer.stored.at(-1), 20_000);
  assert.equal(writer.ended, true);
});

Deno.test("a writer that fails ends the pull; the next one goes on from what is stored", async () => {
  const pair = new Pair({ sync: { limit: 2000 } });
  const writer = new SlowWriter(pair.near, 12_000);
  pair.near.openWriter = () => Promise.resolve(writer);
  pair.far.recordCommands(20_000);
  assert.match(String((await pair.round()).peers[0]!.pullError), /disk full/);
  assert.equal(writer.ended, true);
  const { cursor } = pair.near.history.pullState(pair.far.peer);
  assert.equal(cursor, writer.stored.at(-1));
  assert.equal(pair.near.history.entries.length, cursor);
  // One that cannot be started is done without.
  pair.near.openWriter = () => Promise.reject(new RrError("busy", "locked"));
  assert.equal((await pair.round()).peers[0]!.pullError, undefined);
  assert.deepEqual(pair.near.history.entries, pair.far.history.entries);
  assert.equal(pair.near.logger.matching("piece by piece").length, 1);
});

Deno.test("an answer that is stored in parts is asked for again if not all parts were stored", async () => {
  const near = new Device("near", { sync: { limit: 3000, request: { attempts: 1 } } });
  const far = new Device("far", { clock: near.clock });
  near.knows(far);
  far.recordCommands(2500);
  near.history.failures.push(undefined, new RrError("database", "disk full"));
  assert.ok((await drive(near.clock, near.engine.runRound())).error);
  await drive(near.clock, near.engine.runRound());
  assert.equal(near.history.entries.length, 2500);
});

Deno.test("a log that never ends ends a pull all the same", async () => {
  const near = new Device("near");
  let asked = 0;
  const service = new ScriptedService();
  const entry = makeEntry();
  service.pull = ({ cursor }): Promise<PullReply> => {
    asked++;
    return Promise.resolve({ entries: [entry], nextCursor: cursor + 1 });
  };
  const far = new Device("far", { clock: near.clock });
  near.manual.push(far.record);
  near.dialer.reach(far.peer, () => new MemoryLink({ peer: far.peer, service, clock: near.clock }));
  const report = await near.engine.runRound();
  assert.equal(report.error, undefined);
  assert.ok(asked <= 20_002, `${asked}`);
  assert.equal(near.logger.matching("very long").length, 1);
});
