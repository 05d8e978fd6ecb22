/** Taking in what other programs keep in databases, whole or damaged. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { DeviceId } from "../../src/history/entry.ts";
import { exportEntry } from "../../src/import/export_history.ts";
import { counts, Fixture, lines, T } from "./_importing.ts";

Deno.test("importHistory() reads atuin's database, with its ids", async () => {
  using at = new Fixture();
  const path = `${at.folder}/atuin.db`;
  using db = new DatabaseSync(path);
  db.exec(`CREATE TABLE history (id text primary key, timestamp integer not null,
    duration integer not null, exit integer not null, command text not null, cwd text not null,
    session text not null, hostname text not null, deleted_at integer, author text, intent text, shell text,
    author_kind integer);
    INSERT INTO history VALUES
      ('018f3a5c00007000800000000000abcd', 1700000000123456789, 1500000000, 1, 'make', '/src', 's1', 'desk:ana', NULL, 'ana', NULL, 'fish', 0),
      ('018f3a5c00007000800000000000abce', 1700000001123456789, -1, -1, 'top', '/', 's1', 'desk:ana', NULL, NULL, NULL, NULL, NULL),
      ('018f3a5c00007000800000000000abcf', 1700000002123456789, 1, 0, 'gone', '/', 's1', 'desk:ana', 5, NULL, NULL, NULL, NULL);`);
  assert.deepEqual(counts(await at.import({ from: "atuin", path })), [2, 2, 0, 0, 0]);
  assert.deepEqual(counts(await at.import({ from: "atuin", path })), [2, 0, 2, 0, 0]);
  const [make, top] = at.all();
  assert.equal(make!.id, "018f3a5c-0000-7000-8000-00000000abcd");
  assert.deepEqual(
    [make!.startedAtMs, make!.durationMs, make!.exitCode, make!.cwd, make!.hostname, make!.session],
    [1_700_000_000_123, 1500, 1, "/src", "desk", "s1"],
  );
  assert.deepEqual([top!.durationMs, top!.exitCode], [0, -1]);
  assert.deepEqual([make!.shell, top!.shell], ["fish", "unknown"]);
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
      ('ana', 'desk', 'ls', '/', '/home/ana', 0, '0001-01-01 00:00:00+00:00', NULL, 'x'),
      ('ana', 'desk', 'top', '~', '/home/ana', 0, '2023-11-14 22:13:40+00:00',
        '1970-01-01 00:00:00+00:00', 'x'),
      ('ana', 'desk', 'from a file', 'Unknown', '/home/ana', 0, '2023-11-14 20:13:50+00:00',
        '2023-11-14 20:13:50.001+00:00', 'x');`);
  assert.deepEqual(counts(await at.import({ from: "hishtory", path })), [4, 4, 0, 0, 0]);
  const { startedAtMs } = at.all().find((e) => e.command === "from a file")!;
  assert.equal(startedAtMs, 1_700_000_019_000, "made up: put before the first that is known");
  const ends = at.all().map((e) => [e.command, e.exitCode, e.cwd]);
  assert.deepEqual(ends.filter(([command]) => command === "top" || command === "from a file"), [
    ["from a file", 0, "unknown"],
    ["top", -1, "/home/ana"],
  ]);
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

Deno.test("importHistory() of another history believes the seconds, as the original does, where the milliseconds differ", async () => {
  using from = new Fixture();
  from.record("now", T * 1000 + 77);
  {
    using db = new DatabaseSync(from.history.path);
    db.exec("UPDATE entries SET ts = ts + 100");
  }
  using to = new Fixture();
  await to.import({ from: "rustory", path: from.history.path });
  assert.deepEqual(to.all().map(({ startedAtMs }) => startedAtMs), [(T + 100) * 1000]);
  assert.deepEqual(from.all(), to.all());
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

Deno.test("importHistory() does not believe the one time that mcfly gave to all of a shell's file", async () => {
  using at = new Fixture();
  const path = `${at.folder}/mcfly.db`;
  {
    using db = new DatabaseSync(path);
    db.exec(
      `CREATE TABLE commands (id INTEGER PRIMARY KEY, cmd TEXT, session_id TEXT, when_run INTEGER,
        exit_code INTEGER, dir TEXT);
      INSERT INTO commands VALUES (1, 'a', 'IMPORTED', 1700000000, 0, NULL),
        (2, 'b', 'IMPORTED', 1700000000, 0, NULL), (3, 'make', 's1', 1700000000, 0, '/')`,
    );
  }
  assert.deepEqual(counts(await at.import({ from: "mcfly", path })), [3, 3, 0, 0, 0]);
  assert.deepEqual(counts(await at.import({ from: "mcfly", path })), [3, 0, 3, 0, 0]);
  const seconds = at.all().map((e) => [e.command, e.startedAtMs / 1000]);
  assert.deepEqual(seconds, [["a", 1_699_999_998], ["b", 1_699_999_999], ["make", 1_700_000_000]]);
});
