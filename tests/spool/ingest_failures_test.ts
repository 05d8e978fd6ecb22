/** What taking in makes of files that are torn, half done, taken by two at once, or cannot be read. */
import assert from "node:assert/strict";
import { RrError } from "../../src/base/rr_error.ts";
import { type IngestDeps, ingestSpools } from "../../src/spool/ingest.ts";
import { inspectSpools } from "../../src/spool/inspect.ts";
import { sortNames } from "../../src/spool/spool_names.ts";
import { spoolBytes } from "./_spool_bytes.ts";
import { files, Fixture } from "./_ingest.ts";

Deno.test("ingestSpools() leaves an unfinished record until it is finished", async () => {
  using at = new Fixture();
  const bytes = spoolBytes([at.record("a"), at.record("b ".repeat(100))]);
  at.write("s1", bytes.subarray(0, -20));
  assert.equal((await ingestSpools(at.deps)).inserted, 1);
  assert.equal((await ingestSpools(at.deps)).inserted, 0);
  const [name] = files.list(at.folder);
  Deno.writeFileSync(`${at.folder}/${name}`, bytes.subarray(-20), { append: true });
  assert.equal((await ingestSpools(at.deps)).inserted, 1);
  assert.equal(at.entries().length, 2);
});

Deno.test("ingestSpools() sets the rest of a torn record aside, privately, and counts it", async () => {
  using at = new Fixture();
  at.write("s1", spoolBytes([at.record("a"), at.record("never finished")]).subarray(0, -8));
  await ingestSpools(at.deps);
  at.clock.advance(20_000);
  const report = await ingestSpools(at.deps);
  assert.deepEqual([report.inserted, report.broken], [0, 1]);
  assert.deepEqual(at.names(), ["s1.T.torn"]);
  const torn = `${at.folder}/${files.list(at.folder)[0]}`;
  assert.equal(files.stat(torn)!.mode, 0o600);
  assert.ok(!files.readText(torn)!.includes("\0a\0"), "what was taken in is not kept");
  assert.equal(inspectSpools(at.folder, files).torn, 1);
  assert.equal((await ingestSpools(at.deps)).broken, 0);
});

Deno.test("ingestSpools() doubles nothing when it was killed between insert and rename", async () => {
  using at = new Fixture();
  at.type("s1", "a", "b");
  const dies = { ...files, rename: refuseSecond() };
  await assert.rejects(ingestSpools({ ...at.deps, files: dies }), /killed/);
  assert.equal(at.entries().length, 2);
  const report = await ingestSpools(at.deps);
  assert.deepEqual([report.inserted, report.ignored], [0, 2]);
  assert.deepEqual(at.commands(), ["a", "b"]);
});

Deno.test("ingestSpools() loses nothing when the history cannot be written", async () => {
  using at = new Fixture();
  at.type("s1", "a");
  const append = (): never => {
    throw new RrError("busy", "locked");
  };
  await assert.rejects(ingestSpools({ ...at.deps, log: { append } }), { code: "busy" });
  assert.equal((await ingestSpools(at.deps)).inserted, 1);
});

Deno.test("ingestSpools() of two takers at once doubles nothing and loses nothing", async () => {
  using at = new Fixture();
  for (let round = 0; round < 20; round++) {
    for (let s = 0; s < 4; s++) at.type(`s${s}`, `c ${round} ${s}`);
    await Promise.all([ingestSpools(at.deps), ingestSpools(at.deps)]);
  }
  assert.equal(at.entries().length, 80);
  assert.equal(new Set(at.commands()).size, 80);
});

Deno.test("ingestSpools() counts a record that breaks a bound and leaves foreign files alone", async () => {
  using at = new Fixture();
  Deno.writeTextFileSync(`${at.folder}/notes.txt`, "x");
  at.write("s1", spoolBytes([at.record("x".repeat(1_100_000)), at.record("ok")]));
  const report = await ingestSpools(at.deps);
  assert.deepEqual([report.inserted, report.broken], [1, 1]);
  assert.ok(at.names().includes("notes.txt"));
});

function refuseSecond(): typeof files.rename {
  let calls = 0;
  return (from, to) => {
    if (++calls > 1) throw new Error("killed");
    return files.rename(from, to);
  };
}

Deno.test("ingestSpools() leaves a file that cannot be read where it is, names it, and takes the others", async () => {
  using fixture = new Fixture();
  // As unreadable as another user's file, for root too.
  Deno.mkdirSync(`${fixture.folder}/1-1-1.spool`);
  fixture.type("2-2-2", "echo mine");
  for (const inserted of [1, 0]) {
    const report = await ingestSpools(fixture.deps);
    assert.equal(report.inserted, inserted);
    assert.deepEqual(report.unreadable, ["1-1-1.spool"]);
  }
  assert.ok(Deno.statSync(`${fixture.folder}/1-1-1.spool`).isDirectory);
});

Deno.test("ingestSpools() does not wait for somebody to write to a pipe", async () => {
  using fixture = new Fixture();
  const names = ["1-1-1.spool", `3-3-3.${fixture.clock.now()}-00000000.taken`];
  await new Deno.Command("mkfifo", { args: names, cwd: fixture.folder }).output();
  const readBytes: typeof files.readBytes = (path) => {
    assert.ok(!Deno.statSync(path).isFifo, "this would wait, and the test with it");
    return files.readBytes(path);
  };
  const deps: IngestDeps = { ...fixture.deps, files: { ...files, readBytes } };
  fixture.type("2-2-2", "echo mine");
  const report = await ingestSpools(deps);
  assert.equal(report.inserted, 1);
  assert.deepEqual(report.unreadable.toSorted(), names);
  assert.equal(inspectSpools(fixture.folder, deps.files).unreadable.length, 2);
});

Deno.test("ingestSpools() lets go of nothing while the history's path names another file", async () => {
  using fixture = new Fixture();
  fixture.type("1-1-1", "echo kept");
  const { log } = fixture.history;
  let isReplaced = true;
  const deps: IngestDeps = {
    ...fixture.deps,
    log: {
      append: (entries) => log.append(entries),
      checkPlace: () => {
        if (isReplaced) throw new RrError("database", "is another file now");
      },
    },
  };
  await assert.rejects(ingestSpools(deps), /another file/);
  isReplaced = false;
  const report = await ingestSpools(deps);
  assert.deepEqual([report.inserted, report.ignored], [0, 1], "it waited, and is known by its id");
});

Deno.test("ingestSpools() waits for no rest of a record behind which its shell has written more", async () => {
  using fixture = new Fixture();
  const now = Math.floor(fixture.clock.now());
  const whole = spoolBytes([fixture.record("one")]);
  // As a taker leaves them that was killed behind two renames.
  const put = (stem: string, bytes: Uint8Array): void =>
    Deno.writeFileSync(`${fixture.folder}/${stem}.taken`, bytes, { mode: 0o600 });
  put(`s.${now - 20}-1`, whole.subarray(0, whole.length - 3));
  put(`s.${now - 10}-2`, spoolBytes([fixture.record("two")]));
  assert.equal((await ingestSpools(fixture.deps)).broken, 1);
  assert.deepEqual(fixture.commands(), ["two"]);
  assert.deepEqual(fixture.names().map((name) => name.split(".").at(-1)).sort(), ["done", "torn"]);
});

Deno.test("sortNames() gives the oldest first, whatever order a folder is listed in", () => {
  const names = ["s.1000-1.taken", "t.20-1.7.done", "s.9-1.taken"];
  assert.deepEqual(sortNames(names).taken.map(({ takenAtMs }) => takenAtMs), [9, 20, 1000]);
});
