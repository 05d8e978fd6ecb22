import assert from "node:assert/strict";
import { cpuUsage } from "node:process";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import type { DeviceId, EntryId } from "../../../src/history/entry.ts";
import { EMPTY } from "../../../src/named/digest.ts";
import type { Batch, Frame } from "../../../src/named/frames.ts";
import type { Item } from "../../../src/named/item.ts";
import {
  decodeBatch,
  decodeControl,
  encodeFrame,
  encodeFrames,
} from "../../../src/wire/v2/codec.ts";
import { FRAME_BYTES, FrameReader, packFrame } from "../../../src/wire/v2/frame.ts";
import { decode } from "./_decode.ts";
import { WireError } from "../../../src/wire/wire_error.ts";

const NAME = "abcdefghijklmnopqrstuv";
const ENTRY = {
  id: "018f0000-0000-7000-8000-000000000001" as EntryId,
  deviceId: "laptop" as DeviceId,
  userId: "kim",
  startedAtMs: 1_700_000_000_123,
  command: "echo ünï 🎉\nsecond line",
  cwd: "/srv/app",
  exitCode: -1,
  durationMs: 17,
  shell: "zsh",
  hostname: "host",
  version: "0.2.0",
};
const ITEMS: readonly Item[] = [
  {
    id: "gone" as EntryId,
    deviceId: "desktop" as DeviceId,
    ts: 1_600_000_000,
    deletedAt: 1_700_000_001,
  },
  { entry: ENTRY },
  {
    entry: { ...ENTRY, id: "no-uuid" as EntryId, startedAtMs: -5_000, deviceId: "d2" as DeviceId },
  },
];
const BUCKETS = [{ deviceId: "laptop", week: 2_810 }, { deviceId: "desktop", week: 0 }];

/** One of each kind, with every field that it may have. */
const FRAMES: readonly Frame[] = [
  {
    type: "hello",
    store: "s1",
    floor: 2_800,
    bases: [NAME],
    hash: "m3-128",
    user: "kim",
    app: "rr",
    device: undefined,
  },
  { type: "tick", floor: 2_800, name: NAME, ack: EMPTY, cost: 17 },
  { type: "tick", floor: 0, name: NAME, ack: undefined, cost: 0 },
  { type: "live", floor: 0, name: NAME, cover: [1, 4_294_967_295], items: ITEMS },
  { type: "bye", code: "hash", text: "no" },
  {
    type: "sync",
    floor: 2_800,
    current: NAME,
    base: EMPTY,
    level: 0,
    buckets: BUCKETS.map((bucket) => ({ ...bucket, mark: "0123456789abcdef" })),
  },
  {
    type: "sync",
    floor: 0,
    current: NAME,
    base: NAME,
    level: 2,
    marks: BUCKETS.map((bucket) => ({ ...bucket, marks: ["ab".repeat(16), "cd".repeat(16)] })),
  },
  { type: "need", buckets: BUCKETS },
  { type: "ids", marks: [{ ...BUCKETS[0]!, marks: ["0123456789abcdef"] }], last: true },
  { type: "want", buckets: BUCKETS, places: [0, 3] },
  { type: "batch", items: ITEMS },
  { type: "end", name: NAME, sent: 3, refusal: undefined, bases: undefined },
  { type: "end", name: EMPTY, sent: 0, refusal: "nobase", bases: [NAME] },
  // As devices say it that tell their names.
  {
    type: "hello",
    store: "s1",
    floor: 2_800,
    bases: [],
    hash: "m3-128",
    user: "kim",
    app: "rr",
    device: "laptop",
  },
  {
    type: "pins",
    on: [{ id: "0123456789abcdef".repeat(2), atMs: 1_700_000_000_123, command: "make \u00fc\n" }],
    off: ["fedcba9876543210".repeat(2)],
  },
];
const CONTROL = new Set(["hello", "tick", "live", "bye", "pins"]);

for (const [i, frame] of FRAMES.entries()) {
  const name = `${i}-${frame.type}`;
  Deno.test(`${name}: what is written is read again`, () => {
    assert.deepEqual(decode(encodeFrame(frame), CONTROL.has(frame.type)), [frame]);
  });

  Deno.test(`${name}: the bytes never change`, async () => {
    const path = new URL(`../../golden/wire/v2/${name}.hex`, import.meta.url);
    const hex = Array.from(encodeFrame(frame), (byte) => byte.toString(16).padStart(2, "0")).join(
      "",
    );
    // Written once, by `RR_GOLDEN=write`, and then part of the protocol.
    if (Deno.env.get("RR_GOLDEN") === "write") await Deno.writeTextFile(path, `${hex}\n`);
    assert.equal(hex, (await Deno.readTextFile(path)).trim());
  });
}

Deno.test("frames come whole, however the stream cuts them", () => {
  const bytes = Uint8Array.from(
    FRAMES.filter(({ type }) => CONTROL.has(type)).flatMap((frame) => [
      ...encodeFrame(frame),
    ]),
  );
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (sizes) => {
    const reader = new FrameReader();
    const types: string[] = [];
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = sizes[i % sizes.length]!;
      for (const raw of reader.push(bytes.subarray(at, at + size))) {
        types.push(decodeControl(raw)!.type);
      }
      at += size;
    }
    assert.deepEqual(types, ["hello", "tick", "tick", "live", "bye", "hello", "pins"]);
    assert.equal(reader.buffered, 0);
  }));
});

Deno.test("a piece full of the smallest frames, and a frame in single bytes, cost no more than their bytes", () => {
  const before = cpuUsage();
  const tiny = new Uint8Array(2 << 20);
  for (let at = 0; at < tiny.length; at += 2) tiny.set([1, 0x7f], at);
  assert.deepEqual([...new FrameReader().push(tiny)], []);

  const reader = new FrameReader();
  const value = { n: Array.from(crypto.getRandomValues(new Uint8Array(60_000))).join() };
  const frame = packFrame(0x02, value);
  const got = [...frame].flatMap((byte) => [...reader.push(Uint8Array.of(byte))]);
  assert.deepEqual(got, [{ type: 0x02, value }]);
  assert.equal(reader.lastBytes > 50_000, true);
  const { user } = cpuUsage(before);
  assert.ok(user < 20e6, `took ${user} µs of the processor`);
});

Deno.test("an entry whose source is missing is refused", () => {
  const columns = { t: [1], x: [0], d: [0], w: ["/"], c: ["ls"], id: "0".repeat(32) };
  const bytes = packFrame(0x14, { ...columns, s: [0] });
  assert.throws(() => decode(bytes, false), { code: "invalid" });
});

Deno.test("any entries and tombstones come through", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 30 });
  const item: fc.Arbitrary<Item> = fc.oneof(
    fc.record({
      entry: fc.record({
        id: fc.oneof(fc.uuid(), fc.stringMatching(/^[a-z-]{1,40}$/)) as fc.Arbitrary<EntryId>,
        deviceId: text as fc.Arbitrary<DeviceId>,
        userId: text,
        startedAtMs: fc.integer({ min: -1e14, max: 2e14 }),
        command: text,
        cwd: text,
        exitCode: fc.integer(),
        durationMs: fc.maxSafeInteger(),
        shell: text,
        hostname: text,
        version: text,
      }),
    }),
    fc.record({
      id: fc.uuid() as fc.Arbitrary<EntryId>,
      deviceId: text as fc.Arbitrary<DeviceId>,
      ts: fc.integer({ min: -1e10, max: 2e11 }),
      deletedAt: fc.integer(),
    }),
  );
  fc.assert(fc.property(fc.array(item, { maxLength: 20 }), (items) => {
    const [frame] = decode(encodeFrame({ type: "batch", items }), false);
    const clean = JSON.parse(JSON.stringify(items).replaceAll("\\u0000", "\ufffd")) as Item[];
    const sorted = [...clean.filter((one) => !one.entry), ...clean.filter((one) => one.entry)];
    assert.deepEqual(frame, { type: "batch", items: sorted });
  }));
});

Deno.test("a batch of tombstones alone carries no columns of entries", () => {
  const tomb = { id: "gone" as EntryId, deviceId: "laptop" as DeviceId, ts: 5, deletedAt: 6 };
  const [raw] = new FrameReader().push(encodeFrame({ type: "batch", items: [tomb] }));
  assert.deepEqual(raw?.value, { tb: [["gone", "laptop", 5, 6]] });
});

Deno.test("bytes of anybody give frames or a WireError, and nothing else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, isControl) => {
      try {
        decode(bytes, isControl);
      } catch (error) {
        assert.ok(error instanceof WireError, String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("any JSON as a payload gives a frame or a WireError", () => {
  const type = fc.constantFrom(1, 2, 3, 4, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15);
  const key = fc.constantFrom(
    "f",
    "n",
    "a",
    "c",
    "cv",
    "tb",
    "src",
    "s",
    "t",
    "x",
    "d",
    "w",
    "id",
    "odd",
    "dv",
    "b",
    "wk",
    "k",
    "m",
    "mc",
    "i",
    "ids",
    "lvl",
    "base",
    "bases",
    "v",
    "hash",
    "sent",
    "err",
  );
  fc.assert(
    fc.property(type, fc.dictionary(key, fc.jsonValue({ maxDepth: 2 })), (kind, value) => {
      try {
        decode(packFrame(kind, value), kind < 0x10);
      } catch (error) {
        assert.ok(error instanceof WireError, String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("frames of an unknown type and unknown keys are skipped", () => {
  const unknown = packFrame(0x7f, { anything: 1 });
  const tick = packFrame(0x02, { n: NAME, later: [1, 2] });
  const frames = decode(Uint8Array.from([...unknown, ...tick]), true);
  assert.deepEqual(frames.map((frame) => frame?.type), ["tick"]);
});

Deno.test("a frame above its limits is refused before it is held or inflated", () => {
  const long = Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 0x02);
  assert.throws(() => [...new FrameReader().push(long)], { code: "too-large" });
  const bomb = packFrame(0x02, { n: " ".repeat(7 << 20) });
  assert.ok(bomb.length < 10_000);
  assert.throws(() => packFrame(0x02, { n: " ".repeat(9 << 20) }), { code: "too-large" });
  assert.throws(() => decode(bomb, true), { code: "invalid" });
});

Deno.test("items that do not fit into one frame are spread over several", () => {
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const noise = Array.from(bytes, (byte) => String.fromCharCode(0x4e00 + byte)).join("");
  const items = Array.from({ length: 60 }, (_, i) => ({
    entry: { ...ENTRY, id: `id-${i}` as EntryId, command: noise.slice(i) + noise },
  }));
  const frames = encodeFrames({ type: "batch", items });
  assert.ok(frames.length > 1 && frames.every((frame) => frame.length <= FRAME_BYTES + 4));
  const read = frames.flatMap((frame) => decode(frame, false))
    .flatMap((frame) => frame?.type === "batch" ? frame.items : []);
  assert.deepEqual(read.map((item) => item.entry?.id), items.map(({ entry }) => entry.id));
});

Deno.test("a batch that is unpacked late is the one that came, whatever becomes of the piece it came in", () => {
  const tomb = { id: "a", deviceId: "b", ts: 0, deletedAt: 0 } as Item;
  const batch: Batch = { type: "batch", items: [tomb] };
  // Of a Buffer, a slice() is no copy.
  const piece = Buffer.from(encodeFrame(batch));
  const [raw] = [...new FrameReader().push(piece)];
  piece.fill(0);
  assert.deepEqual(decodeBatch(raw!.packed!), batch);
});
