/** What every {@linkcode HistoryLog} must do; the store and the fake both run it. */
import assert from "node:assert/strict";
import type { DeviceId, Entry } from "../../src/history/entry.ts";
import type { PeerId } from "../../src/swarm/peer.ts";
import type { HistoryLog } from "../../src/sync/ports.ts";
import { makeEntries, makeEntry } from "../fakes/entries.ts";

/** A log that is empty, and what a test does to it from outside. */
export interface OpenLog extends Disposable {
  readonly log: HistoryLog;
  /** Prunes what is older; milliseconds since the Unix epoch. */
  prune(beforeMs: number): void;
}

const MUCH = { entries: 1000, bytes: 1e9 };
const PEER = "12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5" as PeerId;
const OTHER = "12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq" as PeerId;

/** Registers the suite; `open` gives an empty log. */
export function testHistoryLog(name: string, open: () => OpenLog): void {
  const test = (what: string, fn: (opened: OpenLog) => void): void =>
    Deno.test(`${name}: ${what}`, () => {
      using opened = open();
      fn(opened);
    });
  const idsOf = (entries: readonly Entry[]): string[] => entries.map((entry) => entry.id);

  test("entriesAfter() gives what was appended, in that order, with numbers that grow", ({ log }) => {
    const entries = makeEntries(5);
    assert.deepEqual(log.append(entries), { inserted: 5, ignored: 0 });
    const first = log.entriesAfter(0, { ...MUCH, entries: 3 });
    const rest = log.entriesAfter(first.lastSeq!, MUCH);
    assert.deepEqual(idsOf([...first.entries, ...rest.entries]), idsOf(entries));
    assert.ok(rest.lastSeq! > first.lastSeq!);
    assert.deepEqual(first.entries[0], entries[0]);
    assert.deepEqual(log.entriesAfter(rest.lastSeq!, MUCH), { entries: [], lastSeq: undefined });
  });

  test("an id is stored once, whoever brings it", ({ log }) => {
    const [one, two] = makeEntries(2) as [Entry, Entry];
    assert.deepEqual(log.append([one, one, two]), { inserted: 2, ignored: 1 });
    assert.deepEqual(log.append([two], { fromPeer: true }), { inserted: 0, ignored: 1 });
    const state = { cursor: 4, lastId: two.id };
    assert.deepEqual(log.appendPulled(PEER, [one], state), { inserted: 0, ignored: 1 });
    assert.equal(log.entriesAfter(0, MUCH).entries.length, 2);
    assert.deepEqual([log.has(one.id), log.has("another")], [true, false]);
  });

  test("entriesAfter() gives one device's entries if asked to", ({ log }) => {
    const [mine, theirs] = [makeEntries(3), makeEntries(3, { deviceId: "desk" as DeviceId })];
    log.append([...mine.slice(0, 2), ...theirs, ...mine.slice(2)]);
    const desk = log.entriesAfter(0, MUCH, "desk" as DeviceId);
    assert.deepEqual(idsOf(desk.entries), idsOf(theirs));
  });

  test("entriesAfter() keeps to the bytes, but gives one entry at least", ({ log }) => {
    const large = makeEntries(4, { command: `echo ${"x".repeat(10_000)}` });
    log.append(large);
    assert.equal(log.entriesAfter(0, { entries: 1000, bytes: 25_000 }).entries.length, 2);
    assert.equal(log.entriesAfter(0, { entries: 1000, bytes: 1 }).entries.length, 1);
    const bytes = 10_500 + 200;
    assert.equal(log.entriesAfter(0, { entries: 1000, bytes }).entries.length, 1);
  });

  test("appendPulled() moves the cursor with the entries", ({ log }) => {
    assert.deepEqual(log.pullState(PEER), { cursor: 0, lastId: undefined });
    const entries = makeEntries(2);
    log.appendPulled(PEER, entries, { cursor: 17, lastId: entries[1]!.id });
    assert.deepEqual(log.pullState(PEER), { cursor: 17, lastId: entries[1]!.id });
    assert.deepEqual(log.pullState(OTHER), { cursor: 0, lastId: undefined });
    log.appendPulled(PEER, [], { cursor: 3, lastId: undefined });
    assert.deepEqual(log.pullState(PEER), { cursor: 3, lastId: undefined });
  });

  test("the push cursor of a peer never goes back", ({ log }) => {
    assert.equal(log.pushCursor(PEER), 0);
    log.advancePushCursor(PEER, 9);
    log.advancePushCursor(PEER, 4);
    assert.deepEqual([log.pushCursor(PEER), log.pushCursor(OTHER)], [9, 0]);
  });

  test("the push cursor of a peer that lost its log starts again", ({ log }) => {
    log.restartPush(PEER);
    for (const peer of [PEER, OTHER]) log.advancePushCursor(peer, 9);
    log.restartPush(PEER);
    assert.deepEqual([log.pushCursor(PEER), log.pushCursor(OTHER)], [0, 9]);
    log.advancePushCursor(PEER, 4);
    assert.equal(log.pushCursor(PEER), 4);
  });

  test("what was pruned does not come back from a peer, but by hand", ({ log, prune }) => {
    const at = 1_650_000_000_000;
    const [old, young] = [makeEntry({ startedAtMs: at - 1000 }), makeEntry({ startedAtMs: at })];
    log.append([old]);
    prune(at);
    assert.equal(log.has(old.id), false);
    const given = [old, young];
    assert.deepEqual(log.append(given, { fromPeer: true }), { inserted: 1, ignored: 1 });
    assert.deepEqual(log.append([old]), { inserted: 1, ignored: 0 });
  });

  test("numbers of entries that are gone are never used again", ({ log, prune }) => {
    const at = 1_650_000_000_000;
    log.append([makeEntry(), makeEntry({ startedAtMs: at - 1000 })]);
    const { lastSeq } = log.entriesAfter(0, MUCH);
    prune(at);
    log.append([makeEntry()]);
    assert.ok(log.entriesAfter(0, MUCH).lastSeq! > lastSeq!);
  });
}
