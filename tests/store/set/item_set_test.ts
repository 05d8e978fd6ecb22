import assert from "node:assert/strict";
import type { DeviceId } from "../../../src/history/entry.ts";
import type { History } from "../../../src/store/file/open_history.ts";
import type { ItemSet } from "../../../src/store/set/item_set.ts";
import { openSet } from "../../../src/store/set/open_set.ts";
import { type StoreUnderTest, testItemStore } from "../../contracts/item_store.ts";
import { makeEntries } from "../../fakes/entries.ts";
import { generateEntries } from "../../fakes/history_generator.ts";
import { foreign, open, tempFolder } from "../_open.ts";

const WEEK_SECONDS = 604_800;

function sqliteStore(): StoreUnderTest {
  const folder = tempFolder();
  const path = folder.file("history.db");
  let history: History = open(path);
  let set: ItemSet = openSet(history);
  return {
    get items() {
      return set;
    },
    record: ({ entry }) => void history.log.append([entry!]),
    absorb: () => set.absorb(),
    delete: (id) => void history.removal.delete({ ids: [id] }, "everywhere"),
    deleteHere: (id) => {
      set.absorb();
      history.removal.delete({ ids: [id] }, "here");
    },
    foreignDelete: (id) => {
      foreign(path, (db) => db.prepare("DELETE FROM entries WHERE entry_id = ?").run(id));
    },
    setFloor: (week) => {
      set.absorb();
      const deviceId = "nobody" as DeviceId;
      history.removal.prune({ beforeUnix: week * WEEK_SECONDS, deviceId });
      set.absorb();
    },
    reopen: () => {
      history[Symbol.dispose]();
      history = open(path);
      set = openSet(history);
    },
    [Symbol.dispose]: () => {
      history[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}

testItemStore("ItemSet", sqliteStore);

Deno.test("an existing history is absorbed in slices, while other processes write", () => {
  using folder = tempFolder();
  using history = open(folder.file("history.db"));
  using writer = open(folder.file("history.db"));
  history.log.append(generateEntries(2_500, { seed: 5, devices: 3 }));
  const set = openSet(history);
  assert.equal(set.left(), 2_500);
  set.absorbSlice(1_000);
  assert.equal(set.left(), 1_500);
  writer.log.append(makeEntries(10));
  while (set.left() > 0) set.absorbSlice(1_000);
  const anew = open(folder.file("history.db"));
  using _close = anew;
  const again = openSet(anew);
  const name = again.name(0);
  again.rebuild();
  assert.equal(again.name(0), name);
  assert.equal(again.countSince(0, 0), 2_510);
});

Deno.test("what another program deletes or changes is found, and the past distrusted", () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  using history = open(path);
  const set = openSet(history);
  const entries = makeEntries(10);
  history.log.append(entries);
  set.absorb();
  const whole = set.name(0);
  set.saveBase({ name: whole, floor: 0, seq: set.head() }, ["peer"]);
  foreign(path, (db) => db.exec(`DELETE FROM entries WHERE entry_id = '${entries[3]!.id}'`));
  assert.deepEqual(set.absorb(), { items: [], shrank: true });
  assert.deepEqual(set.bases(), []);
  assert.notEqual(set.name(0), whole);
  assert.equal(set.apply([{ entry: entries[3]! }]).gained.length, 1);
  assert.equal(set.name(0), whole);
  foreign(path, (db) => db.exec("UPDATE entries SET ts = ts + 700000, ts_ms = NULL"));
  assert.equal(set.absorb().shrank, true);
  const moved = set.name(0);
  set.rebuild();
  assert.equal(set.name(0), moved);
});

Deno.test("what another program and a deletion everywhere take out of one week is taken off once", () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  using history = open(path);
  const set = openSet(history);
  const entries = makeEntries(4);
  history.log.append(entries);
  set.absorb();
  history.removal.delete({ ids: [entries[0]!.id] }, "everywhere");
  foreign(path, (db) => db.exec(`DELETE FROM entries WHERE entry_id = '${entries[1]!.id}'`));
  history.removal.delete({ ids: [entries[2]!.id] }, "everywhere");
  assert.equal(set.absorb().items.length, 2);
  const name = set.name(0);
  set.rebuild();
  assert.equal(set.name(0), name);
});

Deno.test("a failed transaction leaves memory as the file is", () => {
  using folder = tempFolder();
  using history = open(folder.file("history.db"), { busyTimeoutMs: 1 });
  const set = openSet(history);
  history.log.append(makeEntries(3));
  set.absorb();
  const name = set.name(0);
  foreign(folder.file("history.db"), (db) => {
    db.exec("BEGIN IMMEDIATE");
    assert.throws(
      () => set.apply(makeEntries(2).map((entry) => ({ entry }))),
      /another process is writing/,
    );
    db.exec("ROLLBACK");
  });
  assert.equal(set.name(0), name);
  assert.equal(set.apply(makeEntries(2).map((entry) => ({ entry }))).gained.length, 2);
});

Deno.test("earlier deletions stay here until a person wants them everywhere", () => {
  using folder = tempFolder();
  using history = open(folder.file("history.db"));
  const set = openSet(history);
  const [kept, gone] = makeEntries(2);
  history.log.append([kept!, gone!]);
  set.absorb();
  history.removal.delete({ ids: [gone!.id] }, "here");
  assert.deepEqual(set.apply([{ entry: gone! }]).gained, []);
  assert.equal(history.removal.countEarlier(), 1);
  assert.equal(history.removal.propagateEarlier(), 1);
  const { items } = set.absorb();
  assert.deepEqual(items.map((item) => item.entry === undefined && item.id), [gone!.id]);
  const name = set.name(0);
  set.rebuild();
  assert.equal(set.name(0), name);
});
