import assert from "node:assert/strict";
import { generateEntries } from "../../fakes/history_generator.ts";
import { foreign, open, tempFolder } from "../_open.ts";

Deno.test("catchUp() says how much is left, and does nothing when nothing is", () => {
  using folder = tempFolder();
  using history = open(folder.file("h.db"));
  assert.equal(history.index.catchUp(), 0);
  history.log.append(generateEntries(250));
  assert.equal(history.index.left(), 250);
  assert.deepEqual([1, 2, 3].map(() => history.index.catchUp(100)), [150, 50, 0]);
  using other = open(folder.file("h.db"));
  const before = other.dataVersion();
  assert.equal(history.index.catchUp(), 0);
  assert.equal(other.dataVersion(), before, "nothing was written");
  assert.throws(() => history.index.catchUp(0), RangeError);
});

Deno.test("single commands end up in few chunks", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  using history = open(path);
  for (const entry of generateEntries(600)) {
    history.log.append([entry]);
    assert.equal(history.index.catchUp(), 0);
  }
  const chunks = foreign(path, (db) => db.prepare("SELECT count(*) AS n FROM rr_chunk").get()!.n);
  assert.ok(Number(chunks) <= 10, `${chunks} chunks`);
  assert.equal(history.stats.summary().runs, 600);
});

Deno.test("commands() gives all that stays while another process indexes and deletes", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  using history = open(path);
  const entries = generateEntries(20_000, { uniqueShare: 0.65 });
  history.log.append(entries);
  while (history.index.left() > 3000) history.index.catchUp();
  using other = open(path);
  const seen = new Set<string>();
  for (const { texts } of history.search.commands()) {
    for (const text of new TextDecoder().decode(texts).split("\x1e")) seen.add(text);
    foreign(path, (db) => db.exec("DELETE FROM entries WHERE ingest_seq % 10 = 1"));
    while (other.index.catchUp(500) > 0);
    other.log.append(generateEntries(50, { seed: seen.size }));
  }
  const stays = new Set(entries.filter((_, i) => (i + 1) % 10 !== 1).map((e) => e.command));
  const missing = [...stays].filter((command) => !seen.has(command));
  assert.equal(missing.length, 0, `${missing.length} of ${stays.size} missing`);
});

Deno.test("the index takes no room for entries that are gone", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  using history = open(path);
  history.log.append(generateEntries(9000, { uniqueShare: 0.65 }));
  while (history.index.catchUp() > 0);
  foreign(path, (db) => db.exec("DELETE FROM entries WHERE ingest_seq > 10"));
  while (history.index.catchUp() > 0);
  const left = foreign(
    path,
    (db) =>
      db.prepare(`SELECT (SELECT sum(length(bytes)) FROM rr_text) AS texts,
      (SELECT sum(length(seqs)) / 8 FROM rr_chunk) AS runs, (SELECT count(*) FROM rr_gone) AS gone,
      (SELECT count(*) FROM rr_place) <= 10 AS places, (SELECT count(*) FROM rr_session) <= 10 AS sessions`)
        .get()!,
  );
  assert.ok(Number(left.texts) < 1000, `${left.texts} bytes of text`);
  assert.deepEqual([left.runs, left.gone, left.places, left.sessions], [10, 0, 1, 1]);
});
