import assert from "node:assert/strict";
import { Database } from "../../../src/store/file/database.ts";
import { readOnlyTwin } from "../../../src/store/file/read_only_twin.ts";
import { tempFolder } from "../_open.ts";

function opened(path: string): Database {
  const db = new Database(path, { readOnly: false });
  db.exec("PRAGMA journal_mode = WAL");
  db.exec("CREATE TABLE t (a)");
  db.run("INSERT INTO t VALUES (?)", 1);
  return db;
}

Deno.test("Database.closeUnfolded() leaves file and log as they are, which an ordinary close does not", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  const db = opened(path);
  const [file, log] = [Deno.readFileSync(path), Deno.readFileSync(`${path}-wal`)];
  assert.ok(log.length > 0);
  db.closeUnfolded(readOnlyTwin);
  db[Symbol.dispose]();
  assert.deepEqual(Deno.readFileSync(path), file);
  assert.deepEqual(Deno.readFileSync(`${path}-wal`), log);

  const again = new Database(path, { readOnly: false });
  assert.equal(again.integer("SELECT a FROM t"), 1);
  again[Symbol.dispose]();
  assert.throws(() => Deno.statSync(`${path}-wal`), Deno.errors.NotFound);
});

Deno.test("Database.closeUnfolded() folds nothing in where the log was overwritten under it", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  const db = opened(path);
  const file = Deno.readFileSync(path);
  Deno.writeFileSync(`${path}-wal`, new Uint8Array(Deno.statSync(`${path}-wal`).size));
  db.closeUnfolded(readOnlyTwin);
  assert.deepEqual(Deno.readFileSync(path), file);
});
