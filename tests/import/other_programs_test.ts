/** Histories of further programs, in each form that they keep: once, twice, and beside another one. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { annsWorld, entriesOf, rr } from "../cli/_run.ts";
import type { FakeWorld } from "../fakes/fake_world.ts";

const T = 1_700_000_000;

interface Kept {
  readonly name: string;
  readonly from: string;
  /** Below home: where the program keeps it. */
  readonly path: string;
  /** Text, or the statements that make the database. */
  readonly text?: string;
  readonly sql?: string;
  /** Whether its bytes say whose it is. */
  readonly isMarked: boolean;
  /** Command, milliseconds (`undefined` for any), status, duration, folder, host, shell. */
  readonly expected: readonly (readonly unknown[])[];
  readonly broken?: number;
}

const KEPT: readonly Kept[] = [
  {
    name: "zsh-histdb",
    from: "zsh-histdb",
    path: ".histdb/zsh-history.db",
    sql: `PRAGMA foreign_keys = OFF;
      CREATE TABLE commands (id integer primary key autoincrement, argv text, unique(argv) on conflict ignore);
      CREATE TABLE places (id integer primary key autoincrement, host text, dir text, unique(host, dir) on conflict ignore);
      CREATE TABLE history (id integer primary key autoincrement, session int, command_id int references commands (id),
        place_id int references places (id), exit_status int, start_time int, duration int);
      INSERT INTO commands VALUES (1, 'make'), (2, 'for f in a b
do echo $f
done');
      INSERT INTO places VALUES (1, 'desk', '/srv/app/');
      INSERT INTO history VALUES (1, 7, 1, 1, 2, ${T}, 3), (2, 7, 2, 1, NULL, ${
      T + 9
    }, NULL), (3, 7, 1, 99, 0, ${T + 10}, 0),
        (4, 7, 99, 1, 0, ${T + 11}, 0)`,
    isMarked: true,
    expected: [
      ["make", T * 1000, 2, 3000, "/srv/app", "desk", "zsh"],
      ["for f in a b\ndo echo $f\ndone", (T + 9) * 1000, -1, 0, "/srv/app", "desk", "zsh"],
      ["make", (T + 10) * 1000, 0, 0, "unknown", "laptop", "zsh"],
    ],
    broken: 1,
  },
  {
    name: "nushell's database",
    from: "nushell",
    path: ".config/nushell/history.sqlite3",
    sql:
      `CREATE TABLE history (id integer primary key autoincrement, command_line text not null, start_timestamp integer,
        session_id integer, hostname text, cwd text, duration_ms integer, exit_status integer, more_info text) strict;
      INSERT INTO history VALUES (1, 'ls | where size > 1kb', ${T}123, 1700000000123456789, 'desk', '/srv', 12, 0, NULL),
        (2, 'no end', ${T}999, NULL, NULL, NULL, NULL, NULL, NULL)`,
    isMarked: true,
    expected: [
      ["ls | where size > 1kb", T * 1000 + 123, 0, 12, "/srv", "desk", "nushell"],
      ["no end", T * 1000 + 999, 0, 0, "unknown", "laptop", "nushell"],
    ],
  },
  {
    name: "nushell's text",
    from: "nushell",
    path: ".config/nushell/history.txt",
    text: "ls\ndef f [] {<\\n>  ls<\\n>}\nls\n",
    isMarked: false,
    expected: [
      ["ls", undefined, 0, 0, "unknown", "laptop", "nushell"],
      ["def f [] {\n  ls\n}", undefined, 0, 0, "unknown", "laptop", "nushell"],
      ["ls", undefined, 0, 0, "unknown", "laptop", "nushell"],
    ],
  },
  {
    name: "PowerShell with CR LF",
    from: "powershell",
    path: ".local/share/powershell/PSReadLine/ConsoleHost_history.txt",
    text: '\ufeffGet-ChildItem\r\nif ($x) {`\r\n  "yes"`\r\n}\r\n\r\nGet-Date\r\n',
    isMarked: false,
    expected: [
      ["Get-ChildItem", undefined, 0, 0, "unknown", "laptop", "powershell"],
      ['if ($x) {\n  "yes"\n}', undefined, 0, 0, "unknown", "laptop", "powershell"],
      ["Get-Date", undefined, 0, 0, "unknown", "laptop", "powershell"],
    ],
  },
  {
    name: "xonsh's database",
    from: "xonsh",
    path: ".local/share/xonsh/xonsh-history.sqlite",
    sql:
      `CREATE TABLE xonsh_history (inp TEXT, rtn INTEGER, tsb REAL, tse REAL, sessionid TEXT, out TEXT, info TEXT,
        frequency INTEGER default 1, cwd TEXT);
      INSERT INTO xonsh_history VALUES ('echo @("hi")
', 0, ${T}.25, ${T}.5, 's1', NULL, NULL, 1, '/srv'), ('false', 1, ${T + 1}.0, ${
        T + 1
      }.0, 's1', NULL, NULL, 1, NULL)`,
    isMarked: true,
    expected: [
      ['echo @("hi")', T * 1000 + 250, 0, 250, "/srv", "laptop", "xonsh"],
      ["false", (T + 1) * 1000, 1, 0, "unknown", "laptop", "xonsh"],
    ],
  },
  {
    name: "a session of xonsh",
    from: "xonsh",
    path: ".local/share/xonsh/history_json/xonsh-1.json",
    text:
      `{"locs": [1, 2, 3, 4],\n "index": {}, "data": {"cmds": [{"cwd": "/srv", "inp": "ls -l\\n", "rtn": 0, "ts": [${T}.5, ${
        T + 2
      }.5]}, {"inp": "running\\n", "rtn": null, "ts": [${
        T + 3
      }.0, null]}, {"rtn": 1}], "sessionid": "s2"}\n}`,
    isMarked: true,
    expected: [
      ["ls -l", T * 1000 + 500, 0, 2000, "/srv", "laptop", "xonsh"],
      ["running", (T + 3) * 1000, 0, 0, "unknown", "laptop", "xonsh"],
    ],
    broken: 1,
  },
  {
    name: "resh",
    from: "resh",
    path: ".resh_history.json",
    text: [
      {
        cmdLine: "make",
        exitCode: 2,
        shell: "zsh",
        pwd: "/srv",
        host: "desk",
        realtimeBefore: T + .5,
        realtimeDuration: 1.25,
      },
      {
        cmdLine: "ls",
        exitCode: 0,
        shell: "bash",
        pwd: "/srv",
        device: "vps",
        time: `${T + 5}.250`,
        duration: "0.5",
      },
      { cmdLine: "gone", deleted: true, time: `${T + 6}` },
      { cmdLine: "", sessionExit: true, time: `${T + 7}` },
      {
        cmdLine: "vi",
        exitCode: 0,
        pwd: "/",
        time: `${T + 8}`,
        partOne: true,
        partsNotMerged: true,
      },
    ].map((record, i) => `${i > 0 ? "v1" : ""}${JSON.stringify(record)}\n`).join("") +
      '{"cmdLine": "cut o',
    isMarked: true,
    expected: [
      ["make", T * 1000 + 500, 2, 1250, "/srv", "desk", "zsh"],
      ["ls", (T + 5) * 1000 + 250, 0, 500, "/srv", "vps", "bash"],
      ["vi", (T + 8) * 1000, -1, 0, "/", "laptop", "unknown"],
    ],
    broken: 1,
  },
];

function keep(world: FakeWorld, { path, text, sql }: Kept, at = `${world.home}/${path}`): string {
  Deno.mkdirSync(at.slice(0, at.lastIndexOf("/")), { recursive: true });
  if (text !== undefined) Deno.writeTextFileSync(at, text);
  if (sql !== undefined) {
    using db = new DatabaseSync(at);
    db.exec(sql);
  }
  return at;
}

function seen(world: FakeWorld, { expected }: Kept): unknown[][] {
  return entriesOf(world).map((entry, i) => [
    entry.command,
    expected[i]?.[1] === undefined ? undefined : entry.startedAtMs,
    entry.exitCode,
    entry.durationMs,
    entry.cwd,
    entry.hostname,
    entry.shell,
  ]);
}

for (const kept of KEPT) {
  Deno.test(`rr import --from ${kept.from} reads ${kept.name} where it is kept, and once`, async () => {
    using world = annsWorld();
    keep(world, kept);
    const first = await rr(world, "import", "--from", kept.from);
    assert.equal(first.code, 0, first.err);
    assert.deepEqual(seen(world, kept), kept.expected);
    const problem = new RegExp(
      `${kept.broken} ${kept.broken === 1 ? "record" : "records"} could not be read`,
    );
    if (kept.broken !== undefined) assert.match(first.err, problem);
    else assert.equal(first.err, "");
    const again = await rr(world, "import", "--from", kept.from);
    assert.match(again.out, / inserted=0 /);
    await rr(world, "delete", "--yes", "--cmd", String(kept.expected[0]![0]));
    const left = entriesOf(world).length;
    await rr(world, "import", "--from", kept.from);
    assert.equal(entriesOf(world).length, left, "what was deleted stays deleted");
  });

  Deno.test(`rr import --path tells ${kept.name} by what is in it, and refuses it as another's`, async () => {
    using world = annsWorld();
    const path = keep(world, kept, `${world.home}/some-file`);
    const from = kept.isMarked ? [] : ["--from", kept.from];
    await rr(world, "import", "--path", path, ...from);
    assert.deepEqual(seen(world, kept), kept.expected);
    if (!kept.isMarked) return;
    const { code, err } = await rr(world, "import", "--from", "bash", "--path", path);
    assert.equal(code, 1);
    assert.match(err, new RegExp(`Use --from ${kept.from}`));
  });
}

Deno.test("what zsh and zsh-histdb both noted is taken in once, in either order", async () => {
  const histdb = KEPT[0]!;
  for (const order of [["zsh", "zsh-histdb"], ["zsh-histdb", "zsh"]]) {
    using world = annsWorld();
    keep(world, histdb);
    Deno.writeTextFileSync(`${world.home}/.zsh_history`, `: ${T}:3;make\n: ${T + 20}:0;ls\n`);
    for (const from of order) await rr(world, "import", "--from", from);
    assert.equal(entriesOf(world).length, histdb.expected.length + 1, order.join(", "));
  }
});

Deno.test("all sessions of xonsh are read, one that is cut off is told", async () => {
  using world = annsWorld();
  const folder = `${world.home}/.local/share/xonsh/history_json`;
  const session = KEPT.find(({ name }) => name === "a session of xonsh")!;
  keep(world, session);
  Deno.writeTextFileSync(`${folder}/xonsh-2.json`, session.text!.slice(0, 60));
  Deno.writeTextFileSync(`${folder}/xonsh-3.json`, "");
  const other = session.text!.replaceAll(String(T), String(T + 100));
  Deno.writeTextFileSync(`${folder}/xonsh-4.json`, other);
  const { out, err } = await rr(world, "import", "--from", "xonsh");
  assert.match(out, / inserted=4 /);
  assert.match(err, /expected the commands of a session of xonsh/);
});

Deno.test("rr import --path knows the files without marks by their usual names", async () => {
  for (const kept of KEPT.filter(({ isMarked }) => !isMarked)) {
    using world = annsWorld();
    await rr(world, "import", "--path", keep(world, kept));
    assert.deepEqual(seen(world, kept), kept.expected);
  }
});

Deno.test("rr setup offers them all", async () => {
  using world = annsWorld();
  for (const kept of KEPT) keep(world, kept);
  const { out, err } = await rr(world, "setup", "--dry-run", "--no-service");
  for (const { path } of KEPT.filter(({ path }) => !path.includes("history_json"))) {
    assert.match(out + err, new RegExp(path.replaceAll(".", "\\.")));
  }
});

Deno.test("rr setup keeps of a command what the program with the most knowledge has", async () => {
  using world = annsWorld();
  const histdb = KEPT[0]!;
  keep(world, histdb);
  Deno.writeTextFileSync(`${world.home}/.zsh_history`, `: ${T}:3;make\n: ${T + 20}:0;ls\n`);
  const { code, err } = await rr(world, "setup", "--yes", "--no-service");
  assert.equal(code, 0, err);
  const make = entriesOf(world).filter(({ startedAtMs }) => startedAtMs === T * 1000);
  assert.deepEqual(make.map(({ cwd, exitCode }) => [cwd, exitCode]), [["/srv/app", 2]]);
  assert.ok(entriesOf(world).some(({ command }) => command === "ls"), "the rest comes from zsh");
});

Deno.test("rr import takes in all that a program has but for what cannot be read, and says so", async () => {
  using world = annsWorld();
  const folder = `${world.home}/.local/share/fish`;
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(`${folder}/fish_history`, "PK\x03\x04");
  Deno.writeTextFileSync(`${folder}/work_history`, `- cmd: make\n  when: ${T}\n`);
  const { code, out, err } = await rr(world, "import", "--from", "fish");
  assert.equal(code, 1);
  assert.match(err, /^warn: Cannot import ".*fish_history": it is packed with zip/);
  assert.match(out, / inserted=1 /);
});
