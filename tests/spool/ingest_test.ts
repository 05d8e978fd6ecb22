import assert from "node:assert/strict";
import { createCaptureRules } from "../../src/capture/rules.ts";
import type { Entry } from "../../src/history/entry.ts";
import { drainSpools } from "../../src/spool/drain.ts";
import { ingestSpools } from "../../src/spool/ingest.ts";
import { inspectSpools } from "../../src/spool/inspect.ts";
import { spoolBytes } from "./_spool_bytes.ts";
import { files, Fixture } from "./_ingest.ts";

Deno.test("ingestSpools() takes in every field of finished records", async () => {
  using at = new Fixture();
  at.write("s1", spoolBytes([at.record("echo a\nb ", { exitCode: -1, durationMs: 77 })]));
  const report = await ingestSpools(at.deps);
  assert.deepEqual([report.inserted, report.ignored, report.broken, report.waiting], [1, 0, 0, 0]);
  const [{ id, ...entry }] = at.entries() as [Entry];
  assert.match(id, /^018bcfe5-6801-7/);
  assert.deepEqual(entry, {
    deviceId: "d1",
    userId: "u1",
    startedAtMs: 1_700_000_000_001,
    command: "echo a\nb",
    cwd: "/src",
    exitCode: -1,
    durationMs: 77,
    shell: "zsh",
    hostname: "laptop",
    version: "0.1.0",
    session: "s1",
  });
});

Deno.test("ingestSpools() without anything new asks for no rules and makes no folder", async () => {
  using at = new Fixture();
  Deno.removeSync(at.folder);
  const rules = (): never => {
    throw new Error("asked");
  };
  assert.equal((await ingestSpools({ ...at.deps, rules })).inserted, 0);
  assert.equal(files.stat(at.folder), undefined);
});

Deno.test("ingestSpools() removes a file once its shell has started another, or after a while", async () => {
  using at = new Fixture();
  at.type("s1", "a");
  at.type("s2", "b");
  await ingestSpools(at.deps);
  assert.deepEqual(at.names().map((n) => n.replace(/\d+\.done/, "N.done")), [
    "s1.T.N.done",
    "s2.T.N.done",
  ]);
  at.clock.advance(50);
  at.type("s1", "c");
  await ingestSpools(at.deps);
  assert.equal(at.names().filter((n) => n.startsWith("s1")).length, 1);
  at.clock.advance(10_001);
  await ingestSpools(at.deps);
  assert.deepEqual(at.names(), []);
  assert.deepEqual(at.commands().sort(), ["a", "b", "c"]);
});

Deno.test("ingestSpools() takes what a shell still wrote to a file that was renamed", async () => {
  using at = new Fixture();
  at.type("s1", "a");
  await ingestSpools(at.deps);
  const [name] = files.list(at.folder);
  Deno.writeFileSync(`${at.folder}/${name}`, spoolBytes([at.record("late")]), { append: true });
  assert.equal((await ingestSpools(at.deps)).inserted, 1);
  at.clock.advance(20_000);
  await ingestSpools(at.deps);
  assert.deepEqual(at.names(), []);
  assert.deepEqual(at.commands(), ["a", "late"]);
});

Deno.test("ingestSpools() skips what is hidden, our own or in an ignored folder", async () => {
  using at = new Fixture();
  at.type("s1", " hidden", "rr search x", "", "ls");
  at.write("s1", spoolBytes([at.record("make", { cwd: "/secret/deep" })]));
  const report = await ingestSpools(at.deps);
  assert.deepEqual([report.inserted, report.skipped], [1, 4]);
});

Deno.test("ingestSpools() lets commands wait while the rules cannot be made", async () => {
  using at = new Fixture();
  at.type("s1", "a");
  const broken = { ...at.deps, rules: () => createCaptureRules({ ignorePattern: "(" }) };
  const report = await ingestSpools(broken);
  assert.deepEqual([report.inserted, report.waiting, report.problem?.code], [0, 1, "config"]);
  assert.deepEqual(at.names(), ["s1.spool"]);
  const state = inspectSpools(at.folder, files);
  assert.deepEqual([state.exists, state.sessions, state.waiting], [true, 1, 1]);
  assert.equal((await ingestSpools(at.deps)).inserted, 1);
});

Deno.test("drainSpools() leaves no text behind", async () => {
  using at = new Fixture();
  at.write("s1", spoolBytes([at.record("a"), at.record("torn")]).subarray(0, -3));
  Deno.writeTextFileSync(`${at.folder}/s1.line`, "a");
  const drained = drainSpools(at.deps);
  await at.clock.untilSleeping();
  at.clock.advance(250);
  const report = await drained;
  assert.deepEqual([report.inserted, report.broken], [1, 1]);
  assert.deepEqual(at.names(), []);
});

Deno.test("ingestSpools() corrects times counted from a boot that the clock has left behind", async () => {
  using at = new Fixture();
  const text = (key: number, start: string): string =>
    `\x1err1\0${key}\0${start}\x0040\x000\0fish\0h\0/\0echo ${key}\0\n`;
  const write = (session: string, records: string): void => {
    at.write(session, new TextEncoder().encode(records));
    Deno.utimeSync(`${at.folder}/${session}.spool`, 1_700_000_100, 1_700_000_100);
  };
  // The first shell's idea of the boot is right, the second's an hour behind.
  write("s1", text(1, "1700000000000+90.5") + text(2, "1700000000000+99.5"));
  write("s2", text(3, "1699996400000+90.5") + text(4, "1699996400000+99.5"));
  await ingestSpools(at.deps);
  const starts = new Map(at.entries().map((e) => [e.command, e.startedAtMs - 1_700_000_000_000]));
  assert.deepEqual([starts.get("echo 1"), starts.get("echo 2")], [90_500, 99_500]);
  assert.deepEqual([starts.get("echo 3"), starts.get("echo 4")], [90_960, 99_960]);
});

Deno.test("ingestSpools() takes what an exec left only when the shell is no more", async () => {
  using fixture = new Fixture();
  const programs: Record<string, string> = { "/proc/12/comm": "zsh\n", "/proc/13/comm": "top\n" };
  const machine = {
    ...files,
    stat: (path: string) => files.stat(path === "/proc/self" ? fixture.folder : path),
    readText: (path: string) => path.startsWith("/proc/") ? programs[path] : files.readText(path),
  };
  const bytes = spoolBytes([fixture.record("exec top")]);
  for (const session of ["11-1-1", "12-1-1", "13-1-1"]) {
    Deno.writeFileSync(`${fixture.folder}/${session}.exec`, bytes);
  }
  // One that is about to write it: there is nothing to take yet.
  const empty = `${fixture.folder}/14-1-1.exec`;
  Deno.writeFileSync(empty, new Uint8Array());
  Deno.utimeSync(empty, fixture.clock.now() / 1000, fixture.clock.now() / 1000);
  const { inserted } = await ingestSpools({ ...fixture.deps, files: machine });
  assert.equal(inserted, 2, "of a process that is gone and of one that is another program now");
  const left = files.list(fixture.folder).filter((name) => name.endsWith(".exec"));
  assert.deepEqual(left.sort(), ["12-1-1.exec", "14-1-1.exec"]);
});

Deno.test("ingestSpools() removes scratch that is old, or as far in the future", async () => {
  using fixture = new Fixture();
  const now = fixture.clock.now() / 1000;
  for (
    const [name, at] of [["old", now - 90_000], ["new", now - 80_000], [
      "wrong",
      now + 90_000,
    ]] as const
  ) {
    Deno.writeTextFileSync(`${fixture.folder}/${name}.line`, "ls");
    Deno.utimeSync(`${fixture.folder}/${name}.line`, at, at);
  }
  fixture.type("s", "ls");
  await ingestSpools(fixture.deps);
  assert.deepEqual(fixture.names().filter((name) => name.endsWith(".line")), ["new.line"]);
});
