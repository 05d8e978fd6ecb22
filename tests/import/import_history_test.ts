import assert from "node:assert/strict";
import { writeWith } from "../../src/app/writer/write_with.ts";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../src/base/clock.ts";
import { importHistory, type ImportRequest } from "../../src/import/import_history.ts";
import type { ImportReport } from "../../src/import/import_tally.ts";
import { createCaptureRules } from "../../src/capture/rules.ts";
import type { DeviceId, Entry, EntryId } from "../../src/history/entry.ts";
import { exportEntry } from "../../src/import/export_history.ts";
import { type History, openHistory } from "../../src/store/file/open_history.ts";
import { denoFiles } from "../../src/world/deno.ts";

const files = denoFiles();
const clock = { ...systemClock(), now: () => 1_800_000_000_000 };
const NO_FILTER = await createCaptureRules();

class Fixture implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "rr-import-" });
  readonly history: History = openHistory(`${this.folder}/history.db`, { files, clock });

  run(text: string, request: Partial<ImportRequest> = {}): Promise<ImportReport> {
    const path = `${this.folder}/source`;
    Deno.writeTextFileSync(path, text);
    return this.import({ path, ...request });
  }

  async import(request: Partial<ImportRequest> & { path: string }): Promise<ImportReport> {
    await using writer = writeWith(this.history, clock);
    const owner = { userId: "u1", deviceId: "d1" as DeviceId, hostname: "laptop" };
    return await importHistory({ from: "zsh", ...owner, rules: NO_FILTER, ...request }, {
      files,
      clock,
      history: this.history,
      writer,
    });
  }

  all(): readonly Entry[] {
    return this.history.log.entriesAfter(0, { entries: 10_000, bytes: 1e9 }).entries;
  }

  record(command: string, startedAtMs: number, cwd = "/", device = "d1"): void {
    this.history.log.append([{
      id: crypto.randomUUID() as EntryId,
      deviceId: device as DeviceId,
      userId: "u1",
      startedAtMs,
      command,
      cwd,
      exitCode: 0,
      durationMs: 0,
      shell: "zsh",
      hostname: "laptop",
      version: "0.1.0",
    }]);
  }

  [Symbol.dispose](): void {
    this.history[Symbol.dispose]();
    Deno.removeSync(this.folder, { recursive: true });
  }
}

const counts = ({ received, inserted, ignored, skipped, broken }: ImportReport): number[] => [
  received,
  inserted,
  ignored,
  skipped,
  broken,
];
const T = 1_700_000_000;
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `: ${T + from + i}:0;echo ${from + i}\n`).join("");

Deno.test("importHistory() takes in a file once, and only what is new of it later", async () => {
  using at = new Fixture();
  assert.deepEqual(counts(await at.run(lines(0, 50))), [50, 50, 0, 0, 0]);
  assert.deepEqual(counts(await at.run(lines(0, 50))), [50, 0, 50, 0, 0]);
  // The shell trimmed thirty lines and added ten.
  assert.deepEqual(counts(await at.run(lines(30, 60))), [30, 10, 20, 0, 0]);
  const entry = at.all()[7]!;
  assert.equal(entry.command, "echo 7");
  assert.equal(entry.startedAtMs, (T + 7) * 1000);
  assert.equal(entry.cwd, "unknown");
  assert.equal(entry.hostname, "laptop");
});

Deno.test("importHistory() keeps equal commands of one second apart", async () => {
  using at = new Fixture();
  const text = `: ${T}:0;ls\n: ${T}:0;ls\n: ${T}:0;ls \n`;
  assert.deepEqual(counts(await at.run(text)), [3, 3, 0, 0, 0]);
  assert.deepEqual(counts(await at.run(text)), [3, 0, 3, 0, 0]);
});

Deno.test("importHistory() knows what the original imported, wherever the line stands now", async () => {
  using at = new Fixture();
  at.record("echo 3", (T + 3) * 1000, "unknown");
  assert.deepEqual(counts(await at.run(lines(0, 5))), [5, 4, 1, 0, 0]);
});

Deno.test("importHistory() knows what a hook recorded in the same or the next second", async () => {
  using at = new Fixture();
  at.record("echo 1", (T + 1) * 1000 + 250);
  at.record("echo 2", (T + 3) * 1000 + 5);
  assert.deepEqual(counts(await at.run(lines(0, 5))), [5, 3, 2, 0, 0]);
});

Deno.test("importHistory() does not bring back what was deleted", async () => {
  using at = new Fixture();
  using db = new DatabaseSync(at.history.path);
  db.exec(
    `INSERT INTO rr_deleted (entry_id, device_id, ts, deleted_at) VALUES ('x', 'd1', ${T + 2}, 1)`,
  );
  assert.deepEqual(counts(await at.run(lines(0, 5))), [5, 4, 1, 0, 0]);
});

Deno.test("importHistory() counts back the times of a history without any", async () => {
  using at = new Fixture();
  at.record("real", T * 1000);
  assert.deepEqual(counts(await at.run("a\nb\na\n", { from: "bash" })), [3, 3, 0, 0, 0]);
  assert.deepEqual(at.all().map((e) => [e.command, e.startedAtMs]), [
    ["real", T * 1000],
    ["a", (T - 3) * 1000],
    ["b", (T - 2) * 1000],
    ["a", (T - 1) * 1000],
  ]);
  assert.deepEqual(counts(await at.run("b\na\nc\na\n", { from: "bash" })), [4, 1, 3, 0, 0]);
});

Deno.test("importHistory() puts untimed commands between the real times around them", async () => {
  using at = new Fixture();
  await at.run(`a\nb\n: ${T}:0;c\nd\n: ${T + 9}:0;e\n`);
  assert.deepEqual(at.all().map((e) => e.startedAtMs / 1000 - T), [-2, -1, 0, 0, 9]);
});

Deno.test("importHistory() applies the rules and counts why", async () => {
  using at = new Fixture();
  const rules = await createCaptureRules({ ignorePattern: "(?i)^SECRET" });
  const report = await at.run("rr search\n \nsecret x\nls\nrrr\n", { rules });
  assert.deepEqual(counts(report), [5, 2, 0, 3, 0]);
  assert.deepEqual(report.skippedFor, { own: 1, empty: 1, pattern: 1 });
});

Deno.test("importHistory() keeps only the newest records with a limit", async () => {
  using at = new Fixture();
  assert.deepEqual(counts(await at.run(lines(0, 50), { limit: 3 })), [3, 3, 0, 0, 0]);
  assert.deepEqual(at.all().map((e) => e.command), ["echo 47", "echo 48", "echo 49"]);
});

Deno.test("importHistory() counts a record that breaks a bound and goes on", async () => {
  using at = new Fixture();
  const report = await at.run(`: ${T}:0;${"x".repeat(1_100_000)}\n${lines(1, 3)}`);
  assert.deepEqual(counts(report), [2, 2, 0, 0, 1]);
  assert.equal(report.problems[0]!.at, 1);
  assert.match(report.problems[0]!.broken, /command/);
});

Deno.test("importHistory() reports progress and stops at a signal; what was handed over stays", async () => {
  using at = new Fixture();
  const stop = new AbortController();
  const seen: number[] = [];
  const onProgress = ({ done, total }: { done: number; total: number }): void => {
    seen.push(done / total);
    stop.abort(new Error("bye"));
  };
  await assert.rejects(at.run(lines(0, 19_000), { signal: stop.signal, onProgress }), /bye/);
  assert.equal(at.history.log.headSeq(), 250);
  assert.deepEqual(seen, [250 / 19_000]);
});

Deno.test("importHistory() can be stopped while it looks through the source, with and without a limit", async () => {
  for (const limit of [undefined, 10]) {
    using at = new Fixture();
    const stop = new AbortController();
    const running = at.run(lines(0, 9_000), { signal: stop.signal, limit });
    queueMicrotask(() => stop.abort(new Error("bye")));
    await assert.rejects(running, /bye/);
    assert.equal(at.history.log.headSeq(), 0);
  }
});

Deno.test("importHistory() reads atuin's database, with its ids", async () => {
  using at = new Fixture();
  const path = `${at.folder}/atuin.db`;
  using db = new DatabaseSync(path);
  db.exec(`CREATE TABLE history (id text primary key, timestamp integer not null,
    duration integer not null, exit integer not null, command text not null, cwd text not null,
    session text not null, hostname text not null, deleted_at integer);
    INSERT INTO history VALUES
      ('018f3a5c00007000800000000000abcd', 1700000000123456789, 1500000000, 1, 'make', '/src', 's1', 'desk:ana', NULL),
      ('018f3a5c00007000800000000000abce', 1700000001123456789, -1, -1, 'top', '/', 's1', 'desk:ana', NULL),
      ('018f3a5c00007000800000000000abcf', 1700000002123456789, 1, 0, 'gone', '/', 's1', 'desk:ana', 5);`);
  assert.deepEqual(counts(await at.import({ from: "atuin", path })), [2, 2, 0, 0, 0]);
  assert.deepEqual(counts(await at.import({ from: "atuin", path })), [2, 0, 2, 0, 0]);
  const [make, top] = at.all();
  assert.equal(make!.id, "018f3a5c-0000-7000-8000-00000000abcd");
  assert.deepEqual(
    [make!.startedAtMs, make!.durationMs, make!.exitCode, make!.cwd, make!.hostname, make!.session],
    [1_700_000_000_123, 1500, 1, "/src", "desk", "s1"],
  );
  assert.deepEqual([top!.durationMs, top!.exitCode], [0, -1]);
});

Deno.test("importHistory() reads hishtory's database", async () => {
  using at = new Fixture();
  const path = `${at.folder}/hishtory.db`;
  using db = new DatabaseSync(path);
  db.exec(`CREATE TABLE history_entries (local_username text, hostname text, command text,
    current_working_directory text, home_directory text, exit_code integer, start_time datetime,
    end_time datetime, device_id text);
    INSERT INTO history_entries VALUES ('ana', 'desk', 'make', '~/src', '/home/ana', 2,
      '2023-11-14 23:13:20.5+01:00', '2023-11-14 22:13:22.25+00:00', 'x'),
      ('ana', 'desk', 'ls', '/', '/home/ana', 0, '0001-01-01 00:00:00+00:00', NULL, 'x');`);
  assert.deepEqual(counts(await at.import({ from: "hishtory", path })), [2, 2, 0, 0, 0]);
  const make = at.all().find((e) => e.command === "make")!;
  assert.deepEqual([make.startedAtMs, make.durationMs, make.exitCode, make.cwd], [
    1_700_000_000_500,
    1750,
    2,
    "/home/ana/src",
  ]);
});

Deno.test("importHistory() takes entries of another history whole, from its database or its export", async () => {
  using from = new Fixture();
  await from.run(lines(0, 3));
  from.record("now", T * 1000 + 77);
  using toDb = new Fixture();
  await toDb.import({ from: "rustory", path: from.history.path, deviceId: "d2" as DeviceId });
  assert.deepEqual(toDb.all(), from.all());
  using toFile = new Fixture();
  const text = from.all().map((e) => new TextDecoder().decode(exportEntry(e, "jsonl"))).join("");
  await toFile.run(text, { from: "jsonl", deviceId: "d2" as DeviceId });
  assert.deepEqual(toFile.all(), from.all());
});

Deno.test("importHistory() says what is wrong with a source", async () => {
  using at = new Fixture();
  await assert.rejects(at.import({ path: `${at.folder}/none` }), { code: "not-found" });
  await assert.rejects(at.import({ from: "atuin", path: at.history.path }), { code: "invalid" });
  await assert.rejects(
    at.run("not a database, but long enough to be read as one", { from: "atuin" }),
    {
      code: "database",
    },
  );
});

const BIG = "iif(n = 100, 1152921504606846976, 5)";
const BIG_ROWS: Readonly<Record<"atuin" | "hishtory" | "rustory", string>> = {
  atuin: `CREATE TABLE history (id, timestamp, duration, exit, command, cwd, session, hostname);
    INSERT INTO history SELECT NULL, (1700000000 + n) * 1000000000, 5, ${BIG}, 'a ' || n, '/', 's', 'h:u'`,
  hishtory: `CREATE TABLE history_entries (hostname, command, current_working_directory,
      home_directory, exit_code, start_time, end_time);
    INSERT INTO history_entries SELECT 'h', 'a ' || n, '/', '/', ${BIG}, '2023-11-14 22:13:20+00:00', ''`,
  rustory:
    `CREATE TABLE entries (ingest_seq INTEGER PRIMARY KEY, entry_id, device_id, user_id, ts, cmd,
      cwd, exit_code, duration_ms, shell, hostname, version);
    INSERT INTO entries SELECT n, 'id' || n, 'd', 'u', 1700000000 + n, 'a ' || n, '/', 0, ${BIG},
      'zsh', 'h', '1'`,
};

for (const from of ["atuin", "hishtory", "rustory"] as const) {
  Deno.test(`importHistory() counts a number of ${from} beyond 2^53 as broken and takes the others`, async () => {
    using at = new Fixture();
    const path = `${at.folder}/other.db`;
    {
      using db = new DatabaseSync(path);
      db.exec(`${BIG_ROWS[from]}
        FROM (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000) SELECT n FROM c)`);
    }
    assert.deepEqual(counts(await at.import({ from, path })), [999, 999, 0, 0, 1]);
  });

  Deno.test(`importHistory() of a damaged database of ${from} takes in what can be read and says that there is more`, async () => {
    using at = new Fixture();
    const path = `${at.folder}/other.db`;
    {
      using db = new DatabaseSync(path);
      db.exec(`${BIG_ROWS[from]}
        FROM (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5000) SELECT n FROM c)`);
    }
    const bytes = Deno.readFileSync(path);
    bytes.fill(
      0xff,
      Math.floor(bytes.length / 8192) * 4096,
      Math.floor(bytes.length / 8192 + 2) * 4096,
    );
    Deno.writeFileSync(path, bytes);
    const report = await at.import({ from, path });
    assert.ok(report.received > 4000 && report.received < 5000, `${report.received} received`);
    assert.ok(report.problems.some(({ broken }) => /damaged/.test(broken)));
  });
}

Deno.test("importHistory() does not take a status that nobody knows for one", async () => {
  using at = new Fixture();
  const path = `${at.folder}/atuin.db`;
  {
    using db = new DatabaseSync(path);
    db.exec(`CREATE TABLE history (id, timestamp, duration, exit, command, cwd, session, hostname);
      INSERT INTO history VALUES ('a', 1700000000000000000, -1, -1, 'imported', 'unknown', 's', 'h:me'),
        ('b', 1700000100000000000, -1, -1, 'never ended', '/home/me', 's', 'h:me'),
        ('c', 1700000200000000000, 0, 0, 'fine', '/home/me/', 's', 'h:me')`);
  }
  await at.import({ from: "atuin", path });
  const found = at.all().map((e) => [e.command, e.exitCode, e.cwd]);
  assert.deepEqual(found, [
    ["imported", 0, "unknown"],
    ["never ended", -1, "/home/me"],
    ["fine", 0, "/home/me"],
  ]);
  const by = (exit: "unknown" | "success" | "failure"): string[] =>
    at.history.search.find({ exit, limit: 9 }).map((e) => e.command).sort();
  assert.deepEqual(by("unknown"), ["imported", "never ended"]);
  assert.deepEqual([by("success"), by("failure")], [["fine"], []]);
  while (at.history.index.catchUp() > 0);
  assert.deepEqual(by("unknown"), ["imported", "never ended"]);
  assert.deepEqual([by("success"), by("failure")], [["fine"], []]);
  const { runs, failed, unknown, folders } = at.history.stats.summary({});
  assert.deepEqual({ runs, failed, unknown }, { runs: 3, failed: 0, unknown: 2 });
  assert.deepEqual(
    folders.map((row) => row.cwd),
    ["/home/me"],
    "a folder that is none leads no list",
  );
  const ends = at.history.search.runsOf("never ended");
  assert.deepEqual([ends.total, ends.failed, ends.unknown], [1, 0, 1]);
});

Deno.test("importHistory() reads mcfly's database", async () => {
  using at = new Fixture();
  const path = `${at.folder}/mcfly.db`;
  {
    using db = new DatabaseSync(path);
    db.exec(`CREATE TABLE commands (id INTEGER PRIMARY KEY, cmd TEXT, cmd_tpl TEXT, session_id TEXT,
        when_run INTEGER, exit_code INTEGER, selected INTEGER, dir TEXT, old_dir TEXT);
      INSERT INTO commands VALUES (1, 'make', 'make', 's1', 1700000000, 2, 0, '/srv/app', NULL),
        (2, 'from a file', '', 'IMPORTED', 1600000000, 0, 0, NULL, NULL)`);
  }
  assert.deepEqual(counts(await at.import({ from: "mcfly", path })), [2, 2, 0, 0, 0]);
  assert.deepEqual(counts(await at.import({ from: "mcfly", path })), [2, 0, 2, 0, 0]);
  assert.deepEqual(at.all().map((e) => [e.command, e.startedAtMs, e.exitCode, e.cwd, e.session]), [
    ["from a file", 1_600_000_000_000, 0, "unknown", undefined],
    ["make", 1_700_000_000_000, 2, "/srv/app", "s1"],
  ]);
});

Deno.test("importHistory() hands over few at a time and waits for the writer, as memory is short", async () => {
  using at = new Fixture();
  const path = `${at.folder}/source`;
  Deno.writeTextFileSync(path, lines(0, 9_000));
  let waiting = 0;
  let most = 0;
  const writer = {
    append(entries: readonly Entry[]): Promise<{ inserted: number; ignored: number }> {
      most = Math.max(most, waiting += entries.length);
      return Promise.resolve({ inserted: entries.length, ignored: 0 });
    },
    room(mostRows: number): Promise<void> {
      waiting = Math.min(waiting, mostRows);
      return Promise.resolve();
    },
  };
  const owner = { userId: "u1", deviceId: "d1" as DeviceId, hostname: "laptop" };
  const request = { from: "zsh", path, ...owner, rules: NO_FILTER } as const;
  const report = await importHistory(request, { files, clock, history: at.history, writer });
  assert.equal(report.inserted, 9_000);
  assert.ok(most > 0 && most <= 2_250, `${most} rows were waiting`);
});

Deno.test("importHistory() does not bring back what a hook recorded and was deleted on any device", async () => {
  using at = new Fixture();
  at.record("echo 1", (T + 1) * 1000 + 250);
  at.record("echo 3", (T + 3) * 1000 + 250);
  at.history.removal.delete({ command: "echo 1" }, "everywhere");
  at.history.removal.delete({ command: "echo 3" }, "here");
  // The lines of both seconds stay out: which of them it was is not kept.
  assert.deepEqual(counts(await at.run(lines(0, 5))), [5, 3, 2, 0, 0]);
  assert.deepEqual(at.all().map(({ command }) => command), ["echo 0", "echo 2", "echo 4"]);
});

Deno.test("importHistory() knows what another device has imported of the same file", async () => {
  using at = new Fixture();
  const untimed = "echo a\necho b\n";
  const other = { deviceId: "d2" as DeviceId, hostname: "old" };
  await at.run(lines(0, 5), other);
  await at.run(untimed, { ...other, from: "bash" });
  assert.equal(at.all().length, 7);
  // A copy of the history on a new machine, grown by a line.
  assert.deepEqual(counts(await at.run(lines(0, 6))), [6, 1, 5, 0, 0]);
  assert.deepEqual(counts(await at.run(`${untimed}echo c\n`, { from: "bash" })), [3, 1, 2, 0, 0]);
  // What another device recorded itself in the same second is a run of its own.
  at.record("echo 9", (T + 9) * 1000, "/srv", "d2");
  assert.deepEqual(counts(await at.run(lines(9, 10))), [1, 1, 0, 0, 0]);
});
