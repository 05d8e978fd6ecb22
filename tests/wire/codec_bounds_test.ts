/** What is too large, too deep or too much for a message of version 1. */
import assert from "node:assert/strict";
import type { DeviceId, EntryId } from "../../src/history/entry.ts";
import {
  decodePullReply,
  decodePullRequest,
  decodePushRequest,
  encodePullReply,
  encodePullRequest,
  encodePushRequest,
} from "../../src/wire/codec.ts";
import { PULL_REPLY_LIMIT, PUSH_REQUEST_LIMIT } from "../../src/wire/limits.ts";
import { WireError } from "../../src/wire/wire_error.ts";
import { makeEntries, makeEntry } from "../fakes/entries.ts";
import { ENTRY, hasCode, json } from "./_codec.ts";

Deno.test("a message above its limit is refused in the original's words, exactly at it is read", () => {
  const most = PULL_REPLY_LIMIT.wireBytes;
  const padded = (size: number): Uint8Array => {
    const bytes = new Uint8Array(size).fill(0x20);
    bytes.set(json({ entries: [] }));
    return bytes;
  };
  assert.deepEqual(decodePullReply(padded(most), false).entries, []);
  assert.throws(
    () => decodePullReply(padded(most + 1), false),
    hasCode("too-large", /^message too large: 33554433 > 33554432 bytes$/),
  );
});

Deno.test("a message of nothing but tiny values is refused before it is made into objects", () => {
  const bomb = (unit: string): Uint8Array =>
    new TextEncoder().encode(`{"entries":[${unit.repeat(3 << 20)}{}]}`);
  assert.throws(() => decodePushRequest(bomb("{},"), false), hasCode("too-large", /values/));
  assert.throws(() => decodePushRequest(bomb("1,"), false), hasCode("too-large", /values/));
  assert.throws(() => decodePushRequest(bomb("["), false), hasCode("invalid", /deep/));
});

Deno.test("a message of many short entries is none of these, nor one of brackets in commands", () => {
  const tiny = {
    deviceId: "" as DeviceId,
    userId: "",
    cwd: "",
    shell: "",
    hostname: "",
    version: "",
  };
  const entries = makeEntries(20_000, { ...tiny, command: "" }).map((entry, i) => ({
    ...entry,
    id: `${i}` as EntryId,
  }));
  const bytes = encodePushRequest(entries, false);
  assert.ok(bytes.length > 2 << 20);
  assert.equal(decodePushRequest(bytes, false).entries.length, entries.length);
  const brackets = makeEntries(5, { command: `{[,"\\`.repeat(150_000) });
  const reply = decodePushRequest(encodePushRequest(brackets, false), false);
  assert.deepEqual(reply.entries, brackets);
});

Deno.test("small messages nested without end are refused", () => {
  const deep = new TextEncoder().encode(`{"cursor":0,"limit":1,"x":${"[".repeat(60_000)}`);
  assert.throws(() => decodePullRequest(deep, false), hasCode("invalid"));
  const closed = `{"cursor":0,"limit":1,"x":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;
  try {
    decodePullRequest(new TextEncoder().encode(closed), false);
  } catch (error) {
    assert.ok(error instanceof WireError);
  }
});

Deno.test("encodePushRequest() refuses what no peer would read", () => {
  const big = makeEntries(66).map((entry) => ({ ...entry, command: "x".repeat(1 << 20) }));
  assert.throws(
    () => encodePushRequest(big.slice(0, 17), false),
    hasCode("too-large", /^request too large: \d+ > 16777216 bytes$/),
  );
  assert.throws(
    () => encodePushRequest(big, true),
    hasCode("too-large", /^decoded request too large: \d+ > 67108864 bytes$/),
  );
  assert.ok(encodePushRequest(big.slice(0, 17), true).length < PUSH_REQUEST_LIMIT.wireBytes);
});

Deno.test("entries that the wire cannot hold are left out of answers and refused in pushes", () => {
  const bad = [
    makeEntry({ startedAtMs: 253_402_300_800_000 }),
    makeEntry({ exitCode: 2 ** 31 }),
    makeEntry({ durationMs: 0.5 }),
    makeEntry({ startedAtMs: NaN }),
  ];
  const reply = decodePullReply(
    encodePullReply({ entries: [...bad, ENTRY], nextCursor: 5 }, true),
    true,
  );
  assert.deepEqual(reply.entries, [ENTRY]);
  for (const one of bad) assert.throws(() => encodePushRequest([one], true), hasCode("invalid"));
});

Deno.test("encodePullRequest() refuses numbers that are no request", () => {
  for (const [cursor, limit] of [[0.5, 1], [0, -1], [NaN, 1], [0, 2 ** 53], [0, Infinity]]) {
    assert.throws(() => encodePullRequest({ cursor: cursor!, limit: limit! }, true), RangeError);
  }
});

Deno.test("a message is refused as a whole where thousands of its entries are none", () => {
  const body = (n: number): Uint8Array =>
    new TextEncoder().encode(`{"entries":[${"0,".repeat(n - 1)}0]}`);
  assert.equal(decodePushRequest(body(3_000), false).rejected.length, 3_000);
  assert.throws(
    () => decodePushRequest(body(3_001), false),
    (error) => error instanceof WireError && error.code === "too-large",
  );
});
