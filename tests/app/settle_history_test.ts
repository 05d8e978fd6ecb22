import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { historySettler } from "../../src/app/settle_history.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { makeEntries } from "../fakes/entries.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

Deno.test("historySettler() works with a write-ahead log, without one, and through a link", async () => {
  using world = new FakeWorld();
  const path = `${world.home}/history.db`;
  await historySettler(path)();
  Deno.symlinkSync(path, `${world.home}/link.db`);
  using history = openHistory(path, world);
  history.log.append(makeEntries(3));
  assert.ok(Deno.statSync(`${path}-wal`).size > 0);
  for (const name of [path, `${world.home}/link.db`, ":memory:"]) await historySettler(name)();
});

Deno.test("historySettler() rejects if the log cannot be opened", async () => {
  using world = new FakeWorld();
  const path = `${world.home}/history.db`;
  Deno.symlinkSync("history.db-wal", `${path}-wal`);
  await assert.rejects(historySettler(path)(), { code: "ELOOP" });
});

Deno.test("historySettler() does not drop SQLite's locks, which a closed file takes along", async () => {
  using world = new FakeWorld();
  const path = `${world.home}/history.db`;
  using history = openHistory(path, world);
  history.log.append(makeEntries(1));
  const writer = new DatabaseSync(path);
  try {
    writer.exec("BEGIN IMMEDIATE");
    await historySettler(path)();
    assert.equal(await tryToWrite(path), "locked");
    writer.exec("COMMIT");
    assert.equal(await tryToWrite(path), "free");
  } finally {
    writer.close();
  }
});

async function tryToWrite(path: string): Promise<string> {
  const script = `
    import { DatabaseSync } from "node:sqlite";
    const db = new DatabaseSync(${JSON.stringify(path)});
    db.exec("PRAGMA busy_timeout = 0");
    try { db.exec("BEGIN IMMEDIATE"); console.log("free"); } catch { console.log("locked"); }`;
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", script] }).output();
  return new TextDecoder().decode(stdout).trim();
}
