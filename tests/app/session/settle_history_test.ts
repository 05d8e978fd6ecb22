import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { historySettler } from "../../../src/app/session/settle_history.ts";
import { openHistory } from "../../../src/store/file/open_history.ts";
import { makeEntries } from "../../fakes/entries.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";

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

const hasStrace = await new Deno.Command("strace", { args: ["-o", "/dev/null", "true"] }).output()
  .then(({ success }) => success, () => false);

Deno.test({
  name: "historySettler() waits for the disk, and only for that of the write-ahead log",
  ignore: !hasStrace,
  async fn(): Promise<void> {
    using world = new FakeWorld();
    const path = `${world.home}/history.db`;
    using history = openHistory(path, world);
    history.log.append(makeEntries(1));
    const module = new URL("../../../src/app/session/settle_history.ts", import.meta.url).href;
    const script = `const { historySettler } = await import(${JSON.stringify(module)});
      await historySettler(${JSON.stringify(path)})();`;
    const trace = `${world.home}/trace`;
    const args = ["-f", "-y", "-o", trace, "-e", "trace=fsync,fdatasync", Deno.execPath()];
    const run = new Deno.Command("strace", { args: [...args, "eval", script] });
    assert.ok((await run.output()).success);
    const calls = Deno.readTextFileSync(trace).split("\n").filter((line) => line.includes(path));
    assert.equal(calls.length, 1, calls.join("\n"));
    assert.match(calls[0]!, /fdatasync\(\d+<.*history\.db-wal>/);
  },
});
