import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { constants, zstdCompressSync } from "node:zlib";
import { decompress } from "../../src/wire/compress.ts";
import { decodePushRequest, encodePushRequest } from "../../src/wire/codec.ts";
import { PartDecompressor } from "../../src/wire/decompress_parts.ts";
import { EntrySplitter } from "../../src/wire/entry_splitter.ts";
import { PushDecoder } from "../../src/wire/push_parts.ts";
import type { PushRequest } from "../../src/swarm/messages.ts";
import { WireError, type WireErrorCode } from "../../src/wire/wire_error.ts";
import { makeEntries, makeEntry } from "../fakes/entries.ts";
import { seededRandom } from "../fakes/seeded_random.ts";

const MIB = 1 << 20;

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function refuses(code: WireErrorCode, act: () => unknown): void {
  assert.throws(act, (error) => error instanceof WireError && error.code === code);
}

/** What comes of a push that comes in pieces. */
function* decodePushParts(
  message: Uint8Array,
  compressed: boolean,
  pieceBytes = 64 * 1024,
): Generator<PushRequest> {
  using decoder = new PushDecoder(compressed);
  for (let at = 0; at < message.length; at += pieceBytes) {
    yield* decoder.feed(message.subarray(at, at + pieceBytes));
    assert.ok(decoder.held < 8 * MIB, `${decoder.held} bytes held`);
  }
  yield decoder.end();
}

function* decompressParts(
  message: Uint8Array,
  mostBytes: number,
  pieceBytes = 1_000,
): Generator<Uint8Array> {
  using decompressor = new PartDecompressor(mostBytes);
  for (let at = 0; at < message.length; at += pieceBytes) {
    for (const piece of decompressor.feed(message.subarray(at, at + pieceBytes))) {
      yield piece.slice();
    }
  }
  decompressor.end();
}

/** What comes of a text that is fed in pieces. */
function split(text: string, ...lengths: number[]): unknown[] {
  const splitter = new EntrySplitter();
  let rest = bytes(text);
  for (let i = 0; rest.length > 0; i++) {
    const length = lengths[i % lengths.length] ?? rest.length;
    splitter.feed(rest.slice(0, length));
    rest = rest.slice(length);
  }
  splitter.end();
  return [...splitter.take()];
}

Deno.test("a push in parts comes to the same as one read whole, written either way", () => {
  const entries = Array.from(
    { length: 90 },
    (_, i) =>
      makeEntry({
        command: i % 3 === 0 ? `echo 'größer, "[{}]" \\ ${"ä😀x".repeat(20_000)}'` : "ls",
      }),
  );
  for (const compressed of [true, false]) {
    const message = encodePushRequest(entries, compressed);
    const parts = [...decodePushParts(message, compressed)];
    assert.ok(parts.length > 2, `${parts.length} parts`);
    assert.deepEqual(parts.flatMap((part) => part.entries), entries);
  }
  const bad = zstdCompressSync(bytes(`{"entries":[${"7,".repeat(1_200_000)}null]}`));
  refuses("too-large", () => [...decodePushParts(bad, true)]);
  const small = encodePushRequest(entries.slice(0, 2), true);
  assert.deepEqual([...decodePushParts(small, true)], [decodePushRequest(small, true)]);
});

Deno.test("a push is refused beyond its limit, which is counted as it comes", () => {
  const entry = JSON.stringify("x".repeat(MIB));
  const message = bytes(`{"entries":[${Array(17).fill(entry).join()}]}`);
  let rejected = 0;
  refuses("too-large", () => {
    for (const part of decodePushParts(message, false)) rejected += part.rejected?.length ?? 0;
  });
  assert.ok(rejected > 10, "what came before it was read");
});

Deno.test("entries that break a rule are counted over all parts of a push", () => {
  const broken = (count: number): Uint8Array => {
    const large = JSON.stringify({ cmd: "x".repeat(1_000) });
    return bytes(`{"entries":[${Array(count).fill(large).join()}]}`);
  };
  assert.ok(broken(3_000).length > 2 * MIB, "read in parts");
  const parts = [...decodePushParts(broken(3_000), false)];
  assert.equal(parts.reduce((sum, part) => sum + (part.rejected?.length ?? 0), 0), 3_000);
  refuses("too-large", () => [...decodePushParts(broken(3_001), false)]);
});

Deno.test("a part of a push has some thousand entries, however small they are", () => {
  const small = { command: "w", cwd: "/", hostname: "h", userId: "k", version: "1" };
  const message = encodePushRequest(makeEntries(12_000, small), false);
  assert.ok(message.length > 2 * MIB, "read in parts");
  const counts = [...decodePushParts(message, false)].map((part) => part.entries.length);
  assert.equal(counts.reduce((sum, count) => sum + count), 12_000);
  assert.ok(Math.max(...counts) < 1_100, `${Math.max(...counts)} at once`);
});

Deno.test("EntrySplitter finds the entries wherever the pieces end", () => {
  const entries = [{ a: '],"\\"' }, [1, [2]], "x,y", 5, null, { "entries": [1] }, "\\"];
  const text = ` { "v" : {"entries":[9]}, "entries" : ${
    JSON.stringify(entries, null, 1)
  } , "w": [] } `;
  assert.deepEqual(split(text), entries);
  const random = seededRandom(5);
  for (let round = 0; round < 300; round++) {
    const lengths = Array.from({ length: 7 }, () => 1 + Math.floor(random.unit() * 9));
    assert.deepEqual(split(text, ...lengths), entries, `${lengths}`);
  }
  for (const none of ['{"entries":[]}', '{"entries": [ \n ] ,"x":1}']) {
    assert.deepEqual(split(none, 1), []);
  }
});

Deno.test("EntrySplitter refuses what JSON.parse() would, and what is no push", () => {
  const wrong = [
    ...[
      '{"entries":[1,]}',
      '{"entries":[,1]}',
      '{"entries":[1 2]}',
      '{"entries":[1]',
      "[]",
      "7",
      "",
    ],
    ...['{"entries":[{"a":}]}', '{"entries":["\ufeff]}', '{"entries":7}', "{}", '{"entries":[1]}}'],
    ...['\ufeff{"entries":[1]}', '{"entries":[1],}', '{"entries":[\ufeff1]}', '[{"entries":[1]}]'],
    ...['{"entries":[1]}{"entries":[2]}', '{"a,\\"entries":[1]}', "[".repeat(200)],
  ];
  for (const text of wrong) refuses("invalid", () => split(text, 3));
  refuses("invalid", () => split(`{"entries":[${"[".repeat(100)}`));
  refuses("too-large", () => split(`{"x":[${"1,".repeat(50_000)}1],"entries":[]}`));
  refuses("too-large", () => split(`{"entries":["${"x".repeat(13 * MIB)}"]}`));
});

Deno.test("decompressParts() gives what decompress() does, in small pieces, and refuses the same", () => {
  const text = bytes(JSON.stringify(Array.from({ length: 40_000 }, (_, i) => `${i} ${i * 7919}`)));
  const frames = [text, new Uint8Array(5 * MIB), text.subarray(0, 10)].map((content) =>
    zstdCompressSync(content, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })
  );
  const message = Uint8Array.from(frames.flatMap((frame) => [...frame]));
  const parts = [...decompressParts(message, 64 * MIB)];
  assert.ok(parts.every(({ length }) => length <= 256 * 1024));
  assert.ok(Buffer.concat(parts).equals(decompress(message, 64 * MIB)));
  const small = zstdCompressSync(text.subarray(0, 3_000));
  const skippable = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9];
  const around = Uint8Array.from([...skippable, ...small, ...skippable, ...small, ...skippable]);
  for (const pieceBytes of [1, 2, 3, 7, 4_096]) {
    const content = Buffer.concat([...decompressParts(around, MIB, pieceBytes)]);
    assert.ok(content.equals(decompress(around, MIB)), `${pieceBytes}`);
  }
  refuses("invalid", () => [...decompressParts(around.subarray(0, -1), MIB, 5)]);
  refuses("invalid", () => [...decompressParts(new Uint8Array(0), MIB)]);
  refuses("invalid", () => [...decompressParts(Uint8Array.from([...small, 1]), MIB, 5)]);
  refuses("invalid", () => [...decompressParts(bytes("no frame at all"), MIB, 5)]);
  refuses("too-large", () => [...decompressParts(message, 4 * MIB)]);
  refuses("invalid", () => [...decompressParts(message.subarray(0, -5), 64 * MIB)]);
  const damaged = Uint8Array.from(frames[0]!);
  damaged[damaged.length - 1]! ^= 255;
  refuses("invalid", () => [...decompressParts(damaged, 64 * MIB)]);
  // 16 MiB of blocks that hold nothing each.
  const header = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
  const empty = new Uint8Array(header.length + 20_000 * 6 + 3);
  empty.set(header);
  for (let at = header.length; at < empty.length - 3; at += 6) empty.set([0x1c, 0, 0, 0, 0, 0], at);
  empty.set([1, 0, 0], empty.length - 3);
  refuses("invalid", () => [...decompressParts(empty, 64 * MIB)]);
});
