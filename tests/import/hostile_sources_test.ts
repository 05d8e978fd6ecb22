/** Sources that are damaged, of another age, or no files at all: what can be read comes in, the rest is said. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { RrError } from "../../src/base/rr_error.ts";
import {
  type ImportItem,
  type ImportSource,
  openSource,
  sourceIn,
} from "../../src/import/import_sources.ts";
import { isBroken } from "../../src/shell/broken_record.ts";
import { systemWorld } from "../../src/world/system.ts";

const { files } = await systemWorld();
const ATUIN = `CREATE TABLE history (id TEXT PRIMARY KEY, timestamp INTEGER, duration INTEGER,
  exit INTEGER, command TEXT, cwd TEXT, session TEXT, hostname TEXT, deleted_at INTEGER)`;
const ROWS = 2000;
const PAGE = 4096;

function inFolder(test: (folder: string) => void): () => void {
  return () => {
    const folder = Deno.makeTempDirSync({ prefix: "rr-hostile-" });
    try {
      test(folder);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  };
}

function itemsOf(from: ImportSource, path: string): ImportItem[] {
  using source = openSource(from, path, files);
  const items = [...source.items()];
  assert.deepEqual([...source.items()], items, "a source starts again");
  return items;
}

function fill(path: string, schema: string, ...inserts: string[]): void {
  using db = new DatabaseSync(path);
  for (const sql of [schema, ...inserts]) db.exec(sql);
}

const MANY = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS - 1})
  INSERT INTO history SELECT printf('%032x', i), (1700000000 + i) * 1000000000, 0, 0,
  printf('echo %d %060d', i, i), '/', 's', 'h:u', NULL FROM n`;

for (const at of [0.3, 0.5, 0.8]) {
  Deno.test(
    `import: a database with pages damaged at ${at} of its length gives all the others`,
    inFolder((folder) => {
      const path = `${folder}/history.db`;
      fill(path, ATUIN, MANY);
      const bytes = Deno.readFileSync(path);
      const page = Math.floor(bytes.length / PAGE * at);
      bytes.fill(0xa5, page * PAGE, (page + 2) * PAGE);
      Deno.writeFileSync(path, bytes);
      const items = itemsOf("atuin", path);
      const commands = new Set(items.flatMap((item) => isBroken(item) ? [] : [item.command]));
      // Two pages hold some fifty rows, or are of the index and hold none.
      assert.ok(commands.size > ROWS - 100, `${commands.size} rows`);
      assert.equal(commands.size, items.filter((item) => !isBroken(item)).length);
      assert.equal(commands.size < ROWS, items.some((item) => isBroken(item)));
    }),
  );
}

for (const kept of [0.99, 0.9, 0.5, 0.1]) {
  Deno.test(
    `import: of a database that was cut off at ${kept} of its length, what is there comes in`,
    inFolder((folder) => {
      const path = `${folder}/history.db`;
      fill(path, ATUIN, MANY);
      const bytes = Deno.readFileSync(path);
      Deno.writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * kept)));
      const items = itemsOf("atuin", path);
      const commands = new Set(items.flatMap((item) => isBroken(item) ? [] : [item.command]));
      // The rows and their index lie among each other, and part of a tree is out of reach.
      assert.ok(commands.size > ROWS * kept * 0.8 - 100, `${commands.size} rows`);
      assert.ok(items.some((item) => isBroken(item)), "what is missing is said");
    }),
  );
}

Deno.test(
  "import: a database of which no table is left says so",
  inFolder((folder) => {
    const path = `${folder}/history.db`;
    fill(path, ATUIN, MANY);
    const bytes = Deno.readFileSync(path);
    for (const length of [60, 100, 1000]) {
      Deno.writeFileSync(path, bytes.subarray(0, length));
      assert.throws(
        () => itemsOf("atuin", path),
        (error) => error instanceof RrError && /damaged|no SQLite|no table/.test(error.message),
      );
    }
  }),
);

const AGES: readonly (readonly [ImportSource, string, string])[] = [
  ["atuin", "CREATE TABLE history (command TEXT)", "INSERT INTO history VALUES ('echo a')"],
  [
    "hishtory",
    "CREATE TABLE history_entries (command TEXT)",
    "INSERT INTO history_entries VALUES ('echo a')",
  ],
  ["mcfly", "CREATE TABLE commands (cmd TEXT)", "INSERT INTO commands VALUES ('echo a')"],
];
for (const [from, schema, insert] of AGES) {
  Deno.test(
    `import: what a table of ${from} has not is not known`,
    inFolder((folder) => {
      const path = `${folder}/history.db`;
      fill(path, schema, insert);
      const [item, ...others] = itemsOf(from, path);
      assert.deepEqual(others, []);
      assert.ok(item !== undefined && !isBroken(item));
      assert.equal(item.command, "echo a");
      assert.equal(item.exitCode, undefined);
    }),
  );
}

Deno.test(
  "import: says what it lacks where a table has no commands",
  inFolder((folder) => {
    fill(`${folder}/h.db`, "CREATE TABLE history (id TEXT)");
    assert.throws(() => openSource("atuin", `${folder}/h.db`, files), /no column "command"/);
  }),
);

Deno.test(
  "import: waits for no pipe and reads no folder",
  inFolder((folder) => {
    new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).outputSync();
    for (const from of ["zsh", "fish", "jsonl", "atuin"] as const) {
      for (
        const [path, what] of [[`${folder}/pipe`, /no ordinary file/], [
          folder,
          /a folder/,
        ]] as const
      ) {
        assert.throws(
          () => openSource(from, path, files),
          (error) => error instanceof RrError && what.test(error.message),
        );
      }
    }
  }),
);

Deno.test(
  "import: a file that grows, is cut or goes while it is imported is read as it was",
  inFolder((folder) => {
    const path = `${folder}/history`;
    const changes: readonly (() => void)[] = [
      () => Deno.writeTextFileSync(path, "echo new\n", { append: true }),
      () => Deno.truncateSync(path, 3),
      () => Deno.removeSync(path),
    ];
    for (const change of changes) {
      Deno.writeTextFileSync(path, "echo a\necho b\n");
      using source = openSource("bash", path, files);
      const [first] = source.items();
      change();
      assert.ok(first !== undefined);
      assert.equal([...source.items()].length, 2);
    }
  }),
);

Deno.test(
  "import: a file too long to be read at once is refused, with a way to read its end",
  inFolder((folder) => {
    const path = `${folder}/sparse`;
    Deno.writeTextFileSync(path, "");
    Deno.truncateSync(path, 5 * 2 ** 30);
    for (const from of ["zsh", "bash", "fish", "jsonl", "nushell", "xonsh"] as const) {
      assert.throws(
        () => openSource(from, path, files),
        (error) =>
          error instanceof RrError && /it is 5\.0 GiB long/.test(error.message) &&
          /tail -c/.test(error.hint ?? ""),
      );
    }
  }),
);

Deno.test(
  "import: a database that its owner writes to is read as it was",
  inFolder((folder) => {
    const path = `${folder}/history.db`;
    using owner = new DatabaseSync(path);
    owner.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
    owner.exec(ATUIN);
    owner.exec(MANY);
    owner.exec("BEGIN IMMEDIATE; DELETE FROM history");
    assert.equal(itemsOf("atuin", path).length, ROWS);
  }),
);

Deno.test(
  "import: JSON that costs far more to read than its size tells is a broken record, what follows comes in",
  inFolder((folder) => {
    const good = JSON.stringify({ cmdLine: "make", time: 1_700_000_000, pwd: "/", exitCode: 0 });
    const path = `${folder}/history.reshjson`;
    Deno.writeTextFileSync(path, `${"[".repeat(5e6)}${"]".repeat(5e6)}\n${good}\n`);
    const items = itemsOf("resh", path);
    assert.deepEqual(items.map((item) => isBroken(item) ? "broken" : item.command), [
      "broken",
      "make",
    ]);
    const [deep] = itemsOf("jsonl", path);
    assert.match(deep !== undefined && isBroken(deep) ? deep.broken : "", /too deep/);
  }),
);

const ENDLESS = "AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS ";
Deno.test(
  "import: a view in place of a table is none, as it may never end",
  inFolder((folder) => {
    fill(`${folder}/r.db`, `CREATE VIEW entries ${ENDLESS} cmd, i AS entry_id, i AS ts FROM n`);
    assert.throws(
      () => openSource("rustory", `${folder}/r.db`, files),
      /it has no table "entries"/,
    );
    assert.throws(() => sourceIn(`${folder}/r.db`, files), /unknown to rr/);
    const histdb = "CREATE TABLE history (id INTEGER, command_id INTEGER, place_id INTEGER)";
    fill(`${folder}/h.db`, histdb, `CREATE VIEW commands ${ENDLESS} id, i AS argv FROM n`);
    assert.throws(() => openSource("zsh-histdb", `${folder}/h.db`, files), /no table "commands"/);
  }),
);

Deno.test(
  "import: a text of hundreds of megabytes is not read, nor is all of a long file to tell what it is",
  inFolder((folder) => {
    const path = `${folder}/history.db`;
    // By another process, as this one's peak is looked at.
    const sql = `${ATUIN}; INSERT INTO history VALUES
      ('a', 1, 0, 0, CAST(zeroblob(150000000) AS TEXT), '/', 's', 'h', NULL),
      ('b', 1700000000000000000, 0, 0, 'make', '/', 's', 'h', NULL)`;
    const code = `import { DatabaseSync } from "node:sqlite";
      new DatabaseSync(${JSON.stringify(path)}).exec(${JSON.stringify(sql)});`;
    const { success } = new Deno.Command(Deno.execPath(), { args: ["eval", code] }).outputSync();
    assert.ok(success);
    const before = peakMiB();
    assert.equal(sourceIn(path, files), "atuin");
    assert.deepEqual(
      itemsOf("atuin", path).map((item) => isBroken(item) ? "broken" : item.command),
      [
        "broken",
        "make",
      ],
    );
    assert.ok(peakMiB() - before < 100, `${peakMiB() - before} MiB more`);
  }),
);

/** The most memory that this process ever held; 0 where the system does not tell. */
function peakMiB(): number {
  const args = ["-c", "cat /proc/$PPID/status"];
  const { stdout } = new Deno.Command("sh", { args, stderr: "null" }).outputSync();
  const status = new TextDecoder().decode(stdout);
  return Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

Deno.test(
  "import: advice on a database of another program is not that on ours",
  inFolder((folder) => {
    // The first bytes are right, and nothing else.
    Deno.writeTextFileSync(`${folder}/h.db`, "SQLite format 3\0and nothing of the kind");
    assert.throws(
      () => openSource("atuin", `${folder}/h.db`, files),
      (error) => error instanceof RrError && /with --path/.test(error.hint ?? ""),
    );
  }),
);

Deno.test(
  "import: texts in UTF-16 are read, a column that is computed is none",
  inFolder((folder) => {
    const path = `${folder}/h.db`;
    fill(
      path,
      "PRAGMA encoding = 'UTF-16le'",
      ATUIN_KEYED,
      "INSERT INTO history VALUES ('grüße 😀')",
    );
    const [item] = itemsOf("atuin", path);
    assert.ok(item !== undefined && !isBroken(item));
    assert.equal(item.command, "grüße 😀");
    // Reading it would take half a gigabyte a row.
    const large = "command TEXT GENERATED ALWAYS AS (hex(zeroblob(250000000))) VIRTUAL";
    fill(`${folder}/g.db`, `CREATE TABLE history (id TEXT, ${large})`);
    assert.throws(() => openSource("atuin", `${folder}/g.db`, files), /no column "command"/);
  }),
);

const ATUIN_KEYED = "CREATE TABLE history (command TEXT PRIMARY KEY) WITHOUT ROWID";
