import assert from "node:assert/strict";
import type { DatabaseSync } from "node:sqlite";
import { Database } from "../../../src/store/file/database.ts";
import { LATEST_VERSION, migrate, MIGRATIONS } from "../../../src/store/file/migrations.ts";
import type { DeviceId, Entry, EntryId } from "../../../src/history/entry.ts";
import { generateEntries } from "../../fakes/history_generator.ts";
import { foreign, open, tempFolder } from "../_open.ts";

const ALL = { entries: 1000, bytes: 1e9 };

/** The file as the original's code makes it, statement by statement. */
function originalDatabase(db: DatabaseSync): void {
  db.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
  originalStart(db);
  originalInsert(db, "11111111-1111-4111-8111-111111111111", 1_700_000_000, "ls -la");
  originalInsert(db, "22222222-2222-4222-8222-222222222222", 1_700_000_001, "echo 'a\nb'");
  db.exec(`
    INSERT INTO peer_state VALUES ('12D3KooWA', 41), ('/ip4/10.0.0.1/tcp/1/p2p/12D3KooWB', 7);
    INSERT INTO peer_push_state VALUES ('12D3KooWA', 2);
    INSERT INTO peer_book VALUES ('12D3KooWA', '["/ip4/10.0.0.1/tcp/1"]', 'ana', NULL, 1700000000);`);
}

// What the original runs whenever it opens a file.
function originalStart(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE IF NOT EXISTS entries (ingest_seq INTEGER PRIMARY KEY AUTOINCREMENT,
      entry_id TEXT NOT NULL UNIQUE, device_id TEXT NOT NULL, user_id TEXT NOT NULL, ts INTEGER NOT NULL,
      cmd TEXT NOT NULL, cwd TEXT NOT NULL, exit_code INTEGER NOT NULL, duration_ms INTEGER NOT NULL,
      shell TEXT NOT NULL, hostname TEXT NOT NULL, version TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS idx_entries_ts ON entries(ts);
    CREATE INDEX IF NOT EXISTS idx_entries_device_id ON entries(device_id);
    CREATE TABLE IF NOT EXISTS peer_state (peer_id TEXT PRIMARY KEY, last_cursor INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS peer_push_state (
      peer_id TEXT PRIMARY KEY, last_pushed_seq INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS peer_book (peer_id TEXT PRIMARY KEY, addrs_json TEXT NOT NULL,
      user_id TEXT, device_id TEXT, last_seen INTEGER NOT NULL);
    CREATE INDEX IF NOT EXISTS idx_peer_book_last_seen ON peer_book(last_seen);`);
}

function originalInsert(db: DatabaseSync, id: string, ts: number, cmd: string): void {
  db.prepare(
    `INSERT OR IGNORE INTO entries (entry_id, device_id, user_id, ts, cmd, cwd, exit_code, duration_ms,
     shell, hostname, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(id, "desk", "ana", ts, cmd, "/home/ana", 1, 20, "zsh", "desk.local", "0.1.0");
}

function originalEntry(id: string, ts: number, command: string): Entry {
  return {
    id: id as EntryId,
    deviceId: "desk" as DeviceId,
    userId: "ana",
    startedAtMs: ts * 1000,
    command,
    cwd: "/home/ana",
    exitCode: 1,
    durationMs: 20,
    shell: "zsh",
    hostname: "desk.local",
    version: "0.1.0",
  };
}

const BOTH = [
  originalEntry("11111111-1111-4111-8111-111111111111", 1_700_000_000, "ls -la"),
  originalEntry("22222222-2222-4222-8222-222222222222", 1_700_000_001, "echo 'a\nb'"),
];

Deno.test("a database of the original opens with everything in it", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  foreign(path, originalDatabase);
  using history = open(path);
  assert.deepEqual(history.log.entriesAfter(0, ALL), { entries: BOTH, lastSeq: 2 });
  assert.deepEqual(history.search.find({ limit: 9 }), BOTH.toReversed());
  assert.deepEqual(history.log.pullState("12D3KooWA"), { cursor: 41, lastId: undefined });
  assert.equal(history.log.pushCursor("12D3KooWA"), 2);
  assert.equal(history.peers.recent(0, "ana")[0]!.addrs[0], "/ip4/10.0.0.1/tcp/1");
});

Deno.test("the original reads, writes and prunes a database of ours", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  using history = open(path);
  const ours = generateEntries(10);
  history.log.append(ours);
  history.log.appendPulled("12D3KooWA", [], { cursor: 9, lastId: "x" });
  while (history.index.catchUp() > 0);
  foreign(path, (db) => {
    originalStart(db);
    const rows = db.prepare(
      `SELECT entry_id, device_id, user_id, ts, cmd, cwd, exit_code, duration_ms, shell, hostname,
       version FROM entries ORDER BY ts DESC, device_id, entry_id LIMIT 20`,
    ).all();
    assert.equal(rows.length, 10);
    assert.ok(rows.every((row) => Number.isInteger(row.ts)));
    originalInsert(db, BOTH[0]!.id, 1_700_000_000, "ls -la");
    originalInsert(db, BOTH[0]!.id, 1_700_000_000, "ls -la");
    db.exec(
      "INSERT INTO peer_state VALUES ('12D3KooWA', 12) ON CONFLICT(peer_id) DO UPDATE SET last_cursor = 12",
    );
    assert.equal(db.prepare("DELETE FROM entries WHERE ts < 1500000000").run().changes, 0);
    assert.equal(db.prepare("DELETE FROM entries WHERE ts < 1650000000").run().changes, 10);
  });
  assert.deepEqual(history.log.entriesAfter(0, ALL).entries, [BOTH[0]]);
  assert.deepEqual(history.search.find({ limit: 9, distinct: true }), [BOTH[0]]);
  assert.deepEqual(history.log.pullState("12D3KooWA"), { cursor: 12, lastId: undefined });
  while (history.index.catchUp() > 0);
  assert.deepEqual(history.search.find({ limit: 9, words: ["ls"] }), [BOTH[0]]);
});

Deno.test("readonly mode reads a database of the original and changes no byte of it", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  foreign(path, originalDatabase);
  const before = Deno.readFileSync(path);
  {
    using history = open(path, { mode: "readonly" });
    assert.deepEqual(history.log.entriesAfter(0, ALL).entries, BOTH);
    assert.deepEqual(history.search.find({ limit: 9 }), BOTH.toReversed());
    assert.deepEqual(history.search.find({ limit: 9, words: ["LS"] }), [BOTH[0]]);
    assert.equal(history.stats.summary().runs, 2);
    assert.equal(history.peers.states("desk" as DeviceId).length, 2);
    assert.equal(history.log.pullState("12D3KooWA").cursor, 41);
    assert.throws(() => history.log.append(generateEntries(1)), /may not be written|cannot modify/);
  }
  assert.deepEqual(Deno.readFileSync(path), before);
});

Deno.test("readonly mode reads an empty database as an empty history", () => {
  using folder = tempFolder();
  Deno.writeFileSync(folder.file("h.db"), new Uint8Array());
  using history = open(folder.file("h.db"), { mode: "readonly" });
  assert.deepEqual(history.search.find({ limit: 1 }), []);
  assert.deepEqual(history.peers.states("desk" as DeviceId), []);
});

Deno.test("every older version of the schema is brought up to date and can be read as it is", () => {
  for (const { version } of MIGRATIONS.slice(0, -1)) {
    using folder = tempFolder();
    const path = folder.file("h.db");
    {
      using db = new Database(path, { readOnly: false });
      migrate(db, MIGRATIONS.slice(0, version));
      db.exec(
        `INSERT INTO entries (entry_id, device_id, user_id, ts, cmd, cwd, exit_code, duration_ms,
        shell, hostname, version) VALUES ('a', 'd', 'u', 1, 'ls', '/', 0, 0, 'sh', 'h', '0')`,
      );
    }
    for (const mode of ["readonly", "readwrite"] as const) {
      using history = open(path, { mode });
      assert.deepEqual(history.search.find({ limit: 1 }).map((e) => e.id), ["a"]);
    }
    assert.equal(versionOf(path), LATEST_VERSION);
  }
});

Deno.test("pins of an older version get ids of their own, and so does one that an older program sets later", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  const pin = "INSERT INTO rr_pinned (cmd, seq, at) VALUES";
  using db = new Database(path, { readOnly: false });
  migrate(db, MIGRATIONS.slice(0, 6));
  db.exec(`${pin} ('ls', 1, 1), ('make', 2, 2)`);
  migrate(db);
  db.exec(`${pin} ('true', 3, 3)`);
  using history = open(path);
  const { on } = history.pins.ids();
  assert.equal(new Set(on).size, 3);
  db.exec("UPDATE rr_pinned SET id = 'no id of ours' WHERE cmd = 'make'");
  assert.deepEqual(history.pins.ids().on, [on[0], on[2]]);
  assert.equal(history.pins.list().length, 3);
});

Deno.test("migrate() does nothing the second time", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  open(path)[Symbol.dispose]();
  const schema = schemaOf(path);
  open(path)[Symbol.dispose]();
  assert.equal(schemaOf(path), schema);
  assert.equal(versionOf(path), LATEST_VERSION);
});

Deno.test("migrate() leaves the old schema whole when a step fails", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  foreign(path, originalDatabase);
  using db = new Database(path, { readOnly: false });
  const broken = { version: 3, why: "test", tables: "CREATE TABLE rr_x (a);", sql: "NONSENSE;" };
  assert.throws(() => migrate(db, [...MIGRATIONS, broken]), /syntax error/);
  assert.equal(versionOf(path), 0);
  assert.ok(!schemaOf(path).includes("rr_"));
});

Deno.test("versions of MIGRATIONS ascend by one, and each says why", () => {
  assert.deepEqual(MIGRATIONS.map((step) => step.version), MIGRATIONS.map((_, i) => i + 1));
  assert.ok(MIGRATIONS.every((step) => step.why.length > 20));
});

function versionOf(path: string): unknown {
  return foreign(path, (db) => db.prepare("PRAGMA user_version").get()!.user_version);
}

function schemaOf(path: string): string {
  return foreign(path, (db) => JSON.stringify(db.prepare("SELECT * FROM sqlite_master").all()));
}
