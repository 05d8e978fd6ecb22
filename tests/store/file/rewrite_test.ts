import assert from "node:assert/strict";
import { Database } from "../../../src/store/file/database.ts";
import { rewriteTables } from "../../../src/store/file/rewrite.ts";
import { generateEntries } from "../../fakes/history_generator.ts";
import { open, tempFolder } from "../_open.ts";

const SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name";

Deno.test("rewriteTables() keeps schema, rows and the numbers that were given out", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  const entries = generateEntries(2500, { seed: 3 });
  {
    using history = open(path);
    history.log.append(entries);
    while (history.index.catchUp() > 0);
    // The newest number is gone, and must not be given out again.
    history.removal.delete({ ids: [entries.at(-1)!.id] });
  }
  {
    using db = new Database(path, { readOnly: false });
    const schema = db.rows(SCHEMA);
    const rows = db.rows("SELECT * FROM entries ORDER BY ingest_seq");
    rewriteTables(db);
    assert.deepEqual(db.rows(SCHEMA), schema);
    assert.deepEqual(db.rows("SELECT * FROM entries ORDER BY ingest_seq"), rows);
    assert.deepEqual(db.rows("PRAGMA integrity_check").map((row) => row[0]), ["ok"]);
  }
  using history = open(path);
  const [fresh] = generateEntries(1, { seed: 4 });
  history.log.append([fresh!]);
  assert.equal(history.log.headSeq(), 2501);
  assert.equal(history.removal.delete({ ids: [fresh!.id] }), 1);
  assert.ok(history.index.catchUp() >= 0);
});

Deno.test("rewriteTables() overwrites what pages that were freed before still hold", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  {
    using history = open(path);
    const long = generateEntries(500, { seed: 5 });
    history.log.append(long.map((entry) => ({ ...entry, command: "free-me ".repeat(400) })));
    history.removal.prune({ beforeUnix: 9e9, deviceId: long[0]!.deviceId });
    history.maintenance.checkpoint(true);
  }
  const held = (): boolean =>
    new TextDecoder("latin1").decode(Deno.readFileSync(path)).includes("free-me");
  assert.ok(held(), "the test can see it");
  {
    using db = new Database(path, { readOnly: false });
    rewriteTables(db);
    db.row("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  assert.equal(held(), false);
});
