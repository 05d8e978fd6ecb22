import assert from "node:assert/strict";
import type { DeviceId, Entry, EntryId } from "../../../src/history/entry.ts";
import { MIN_STARTED_AT_MS } from "../../../src/history/check_entry.ts";
import { RrError } from "../../../src/base/rr_error.ts";
import { Database } from "../../../src/store/file/database.ts";
import { EntryLog } from "../../../src/store/log/entry_log.ts";
import { Meta } from "../../../src/store/file/meta.ts";
import { newestNumber } from "../../../src/store/log/numbers.ts";
import { migrate } from "../../../src/store/file/migrations.ts";
import { generateEntries } from "../../fakes/history_generator.ts";
import { foreign, open, tempFolder } from "../_open.ts";

const PEER = "12D3KooWA";
const ALL = { entries: 1000, bytes: 1 << 30 };

Deno.test("EntryLog gives back every field of an entry as it was stored", () => {
  using history = open(":memory:");
  const entries = generateEntries(500, { seed: 7 });
  const odd: Entry = {
    ...entries[0]!,
    id: "peer's own id" as EntryId,
    startedAtMs: MIN_STARTED_AT_MS + 1,
    command: "\x1b[31m 'quotes' \"and\" \\ \t\r\n\u2028 ünï 漢字 🚀",
    exitCode: -(2 ** 31),
    durationMs: Number.MIN_SAFE_INTEGER,
    cwd: "",
  };
  delete (odd as { session?: string }).session;
  history.log.append([...entries, odd]);
  const batch = history.log.entriesAfter(0, ALL);
  assert.deepEqual(batch.entries, [...entries, odd]);
  assert.equal(batch.lastSeq, 501);
});

Deno.test("append() ignores ids that are stored and burns no sequence number on them", () => {
  using history = open(":memory:");
  const [a, b, c] = generateEntries(3) as [Entry, Entry, Entry];
  assert.deepEqual(history.log.append([a, b, a]), { inserted: 2, ignored: 1 });
  assert.deepEqual(history.log.append([a, b]), { inserted: 0, ignored: 2 });
  assert.deepEqual(history.log.append([b, c]), { inserted: 1, ignored: 1 });
  assert.equal(history.log.headSeq(), 3);
  assert.deepEqual(history.log.append([]), { inserted: 0, ignored: 0 });
});

Deno.test("append() keeps the order of a batch of any size, with known ids in between", () => {
  for (const count of [1, 7, 8, 9, 16, 23]) {
    using history = open(":memory:");
    const entries = generateEntries(count);
    const known = entries.filter((_, i) => i % 5 === 3);
    history.log.append(known);
    const fresh = entries.filter((entry) => !known.includes(entry));
    const expected = { inserted: fresh.length, ignored: known.length + 1 };
    assert.deepEqual(history.log.append([...entries, entries[0]!]), expected);
    assert.deepEqual(history.log.entriesAfter(0, ALL), {
      entries: [...known, ...fresh],
      lastSeq: count,
    });
  }
});

Deno.test("append() of many loses none and gives no number twice, wherever the first known one stands", () => {
  for (const place of [0, 3, 8, 13]) {
    using history = open(":memory:");
    const entries = generateEntries(400);
    history.log.append(entries.slice(0, 150));
    // Only what stands in front of the first known one is new.
    const leading = entries.slice(150, 150 + place);
    const first = history.log.append([...leading, ...entries.slice(0, 150)]);
    assert.deepEqual(first, { inserted: place, ignored: 150 });
    assert.equal(newestNumber(history.opened.db), history.log.headSeq());
    const second = history.log.append([entries[0]!, ...entries.slice(200)]);
    assert.deepEqual(second, { inserted: 200, ignored: 1 });
    assert.equal(history.log.count(), 350 + place);
    history.removal.delete({ ids: [entries[0]!.id] }, "everywhere");
    const tomb = history.opened.db.integer("SELECT seq FROM rr_tomb");
    assert.equal(tomb, 350 + place + 1);
  }
});

Deno.test("append() stores all entries of a call or none", () => {
  for (const place of [1, 7, 8, 15, 16]) {
    using history = open(":memory:");
    const entries = generateEntries(17);
    const broken = { ...entries[place], cwd: undefined } as unknown as Entry;
    assert.throws(() => history.log.append(entries.with(place, broken)));
    assert.equal(history.log.headSeq(), 0);
    const done = history.log.append(entries);
    assert.deepEqual(done, { inserted: 17, ignored: 0 }, "no open transaction");
  }
});

Deno.test("entriesAfter() follows the log from any place, of all devices or of one", () => {
  using history = open(":memory:");
  const entries = generateEntries(250, { devices: 3 });
  history.log.append(entries);
  const device = entries[0]!.deviceId;
  for (const [wanted, id] of [[entries, undefined], [byDevice(entries, device), device]] as const) {
    const got: Entry[] = [];
    for (let seq = 0;;) {
      const batch = history.log.entriesAfter(seq, { entries: 7, bytes: 1 << 20 }, id);
      assert.equal(batch.lastSeq === undefined, batch.entries.length === 0);
      if (batch.lastSeq === undefined) break;
      assert.ok(batch.entries.length <= 7);
      got.push(...batch.entries);
      seq = batch.lastSeq;
    }
    assert.deepEqual(got, wanted);
  }
  assert.deepEqual(history.log.entriesAfter(0, ALL, "nobody" as DeviceId), {
    entries: [],
    lastSeq: undefined,
  });
});

Deno.test("entriesAfter() stops at the byte limit but gives at least one entry", () => {
  using history = open(":memory:");
  const entries = generateEntries(20).map((entry) => ({ ...entry, command: "x".repeat(10_000) }));
  history.log.append(entries);
  const after = (bytes: number): number =>
    history.log.entriesAfter(0, { entries: 20, bytes }).entries.length;
  assert.equal(after(1), 1);
  assert.equal(after(35_000), 3);
  assert.equal(after(1_000_000), 20);
  assert.throws(() => after(0), RangeError);
  assert.throws(() => history.log.entriesAfter(0, { entries: 0, bytes: 1 }), RangeError);
  assert.throws(() => history.log.entriesAfter(0, { entries: 1.5, bytes: 1 }), RangeError);
});

Deno.test("entriesAfter() leaves out rows that another program broke and goes on behind them", () => {
  using folder = tempFolder();
  using history = open(folder.file("h.db"));
  const entries = generateEntries(8);
  history.log.append(entries);
  const breaks = [
    "exit_code = 9999999999",
    "cmd = x'ff00'",
    "ts = 99999999999999",
    "device_id = x'07'",
    "hostname = x'07'",
    "ts = 'soon'",
    "entry_id = 'a' || char(10) || 'b'",
  ];
  foreign(folder.file("h.db"), (db) => {
    breaks.forEach((set, i) => db.exec(`UPDATE entries SET ${set} WHERE ingest_seq = ${i + 1}`));
  });
  const batch = history.log.entriesAfter(0, { entries: 2, bytes: 1 << 20 });
  assert.deepEqual(batch, { entries: [entries[7]], lastSeq: 8 });
  assert.equal(history.log.poisoned, 7);
});

Deno.test("entriesAfter() believes ts when a foreign program left ts_ms behind", () => {
  using folder = tempFolder();
  using history = open(folder.file("h.db"));
  history.log.append(generateEntries(1));
  foreign(folder.file("h.db"), (db) => db.exec("UPDATE entries SET ts = 1700000000"));
  const [entry] = history.log.entriesAfter(0, ALL).entries;
  assert.equal(entry!.startedAtMs, 1_700_000_000_000);
});

Deno.test("appendPulled() stores entries and cursor together, or neither", () => {
  using history = open(":memory:");
  const [a, b] = generateEntries(2) as [Entry, Entry];
  assert.deepEqual(history.log.pullState(PEER), { cursor: 0, lastId: undefined });
  const result = history.log.appendPulled(PEER, [a], { cursor: 40, lastId: a.id });
  assert.deepEqual(result, { inserted: 1, ignored: 0 });
  const broken = { ...b, id: "c", command: undefined } as unknown as Entry;
  assert.throws(() => history.log.appendPulled(PEER, [b, broken], { cursor: 42, lastId: b.id }));
  assert.deepEqual(history.log.pullState(PEER), { cursor: 40, lastId: a.id });
  assert.equal(history.log.has(a.id), true);
  assert.equal(history.log.has(b.id), false);
  history.log.appendPulled(PEER, [], { cursor: 0, lastId: undefined });
  assert.deepEqual(history.log.pullState(PEER), { cursor: 0, lastId: undefined }, "start over");
});

Deno.test("pullState() drops the id once another program has moved the cursor", () => {
  using folder = tempFolder();
  using history = open(folder.file("h.db"));
  history.log.appendPulled(PEER, [], { cursor: 40, lastId: "id-40" });
  foreign(folder.file("h.db"), (db) => db.exec("UPDATE peer_state SET last_cursor = 77"));
  assert.deepEqual(history.log.pullState(PEER), { cursor: 77, lastId: undefined });
  foreign(folder.file("h.db"), (db) => db.exec("UPDATE peer_state SET last_cursor = 'x'"));
  assert.deepEqual(history.log.pullState(PEER), { cursor: 0, lastId: undefined });
});

Deno.test("advancePushCursor() never goes back, pendingPush() counts what is behind it", () => {
  using history = open(":memory:");
  const entries = generateEntries(100, { devices: 2 });
  history.log.append(entries);
  const device = entries[0]!.deviceId;
  assert.equal(history.log.pushCursor(PEER), 0);
  assert.equal(history.log.pendingPush(PEER, device), byDevice(entries, device).length);
  history.log.advancePushCursor(PEER, 60);
  history.log.advancePushCursor(PEER, 50);
  assert.equal(history.log.pushCursor(PEER), 60);
  assert.equal(
    history.log.pendingPush(PEER, device),
    byDevice(entries.slice(60), device).length,
  );
});

Deno.test("append() on a full disk fails whole, and goes on when there is room again", () => {
  using folder = tempFolder();
  using db = new Database(folder.file("h.db"), { readOnly: false });
  migrate(db);
  const log = new EntryLog(db, new Meta(db));
  const entries = generateEntries(5000);
  log.append(entries.slice(0, 100));
  db.integer(`PRAGMA max_page_count = ${db.integer("PRAGMA page_count") + 5}`);
  assert.throws(
    () => log.append(entries),
    (error) => error instanceof RrError && error.code === "io" && /full/.test(error.message),
  );
  assert.equal(log.headSeq(), 100);
  db.integer("PRAGMA max_page_count = 1000000");
  assert.deepEqual(log.append(entries), { inserted: 4900, ignored: 100 });
});

function byDevice(entries: readonly Entry[], device: DeviceId): Entry[] {
  return entries.filter((entry) => entry.deviceId === device);
}
