import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { RrError } from "../../../src/base/rr_error.ts";
import type { RrErrorCode } from "../../../src/base/rr_error.ts";
import type { DeviceId } from "../../../src/history/entry.ts";
import { ORIGINAL_SCHEMA } from "../../../src/store/file/migrations.ts";
import { openHistory } from "../../../src/store/file/open_history.ts";
import { denoFiles } from "../../../src/world/deno.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { generateEntries } from "../../fakes/history_generator.ts";
import { foreign, open, tempFolder } from "../_open.ts";

Deno.test("openHistory() creates folder and files that only the owner can read", () => {
  using folder = tempFolder();
  const path = folder.file("deep/er/h.db");
  using history = open(path);
  history.log.append(generateEntries(1));
  assert.equal(modeOf(folder.file("deep")), 0o700);
  assert.equal(modeOf(folder.file("deep/er")), 0o700);
  for (const end of ["", "-wal", "-shm"]) assert.equal(modeOf(path + end), 0o600, end);
  assert.deepEqual(history.notices, []);
});

Deno.test("openHistory() writes nothing to a file that is up to date", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  open(path)[Symbol.dispose]();
  const before = Deno.readFileSync(path);
  {
    using reader = new DatabaseSync(path);
    const version = reader.prepare("PRAGMA data_version");
    const seen = version.get();
    open(path)[Symbol.dispose]();
    assert.deepEqual(version.get(), seen);
  }
  assert.deepEqual(Deno.readFileSync(path), before);
});

Deno.test("openHistory() has made the file private before SQLite sees it", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  const files = { ...denoFiles(), createPrivate: (): boolean => assert.fail("created") };
  assert.throws(() => openHistory(path, { files, clock: new FakeClock() }), /created/);
  assert.throws(() => Deno.statSync(path), Deno.errors.NotFound);
});

Deno.test("openHistory() takes the files beside the database away from others too", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  using _other = open(path);
  for (const end of ["-wal", "-shm"]) Deno.chmodSync(path + end, 0o644);
  using history = open(path);
  for (const end of ["-wal", "-shm"]) assert.equal(modeOf(path + end), 0o600, end);
  assert.equal(history.notices.length, 2);
});

for (const mode of [0o640, 0o604, 0o620, 0o601]) {
  Deno.test(`openHistory() takes a database of mode ${mode.toString(8)} away from others and says so`, () => {
    using folder = tempFolder();
    const path = folder.file("h.db");
    open(path)[Symbol.dispose]();
    Deno.chmodSync(path, mode);
    using history = open(path);
    assert.equal(modeOf(path), 0o600);
    assert.equal(history.notices.length, 1);
    assert.match(history.notices[0]!, /h\.db" is private now/);
    Deno.chmodSync(path, 0o400);
    open(path, { mode: "readonly" })[Symbol.dispose]();
    assert.equal(modeOf(path), 0o400, "never wider");
  });
}

Deno.test("disposing a history twice is harmless", () => {
  const history = open(":memory:");
  history[Symbol.dispose]();
  history[Symbol.dispose]();
});

Deno.test("openHistory() refuses bad options before it touches anything", () => {
  for (const busyTimeoutMs of [-1, 1.5, NaN, 1e9]) {
    assert.throws(() => open("/nowhere/h.db", { busyTimeoutMs }), RangeError);
  }
  for (const cacheKib of [0, -1, 1.5, NaN]) {
    assert.throws(() => open("/nowhere/h.db", { cacheKib }), RangeError);
  }
});

Deno.test("openHistory() names what is wrong with a file and leaves it as it is", () => {
  using folder = tempFolder();
  const text = new TextEncoder().encode("this is a letter, not a database\n".repeat(100));
  const cases: [string, (path: string) => void, RegExp][] = [
    ["a letter", (path) => Deno.writeFileSync(path, text), /not an SQLite database/],
    ["damaged", damaged, /damaged/],
    ["newer", (path) => foreign(path, (db) => db.exec("PRAGMA user_version = 99")), /version 99/],
    ["another program's", otherProgram, /belongs to another program/],
    ["a folder", (path) => Deno.mkdirSync(path), /not a regular file/],
  ];
  for (const [name, make, says] of cases) {
    const path = folder.file(name);
    make(path);
    const before = Deno.statSync(path).isFile ? Deno.readFileSync(path) : undefined;
    for (const mode of ["readwrite", "readonly"] as const) {
      assertFails(() => open(path, { mode }).search.find({ limit: 1 }), "database", says);
    }
    if (before !== undefined) assert.deepEqual(Deno.readFileSync(path), before, name);
  }
});

Deno.test("openHistory() says that a history to read does not exist and creates none", () => {
  using folder = tempFolder();
  const path = folder.file("none/h.db");
  assertFails(() => open(path, { mode: "readonly" }), "not-found", /no such file/);
  assert.throws(() => Deno.statSync(folder.file("none")), Deno.errors.NotFound);
});

Deno.test("a foreign write lock fails calls as busy after the time-out given, and they work later", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  using history = open(path, { busyTimeoutMs: 1 });
  const [entry] = generateEntries(1);
  foreign(path, (db) => {
    db.exec("BEGIN IMMEDIATE");
    assertFails(() => history.log.append([entry!]), "busy", /another process is writing/);
    assert.equal(history.log.headSeq(), 0, "reading goes on");
    db.exec("ROLLBACK");
  });
  assert.deepEqual(history.log.append([entry!]), { inserted: 1, ignored: 0 });
});

Deno.test("dataVersion() changes when another connection has written, and only then", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  using history = open(path);
  using other = open(path);
  const before = history.dataVersion();
  history.log.append(generateEntries(1));
  assert.equal(history.dataVersion(), before);
  other.log.append(generateEntries(2, { seed: 2 }));
  assert.notEqual(history.dataVersion(), before);
});

Deno.test("quickCheck() finds damage, size() counts", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  {
    using history = open(path);
    history.log.append(generateEntries(3000));
    assert.equal(history.maintenance.checkpoint(true), true);
    assert.deepEqual(history.maintenance.quickCheck(), []);
    const size = history.maintenance.size();
    assert.equal(size.entries, 3000);
    assert.equal(size.fileBytes, Deno.statSync(path).size);
  }
  const bytes = Deno.readFileSync(path);
  bytes.fill(0xa5, bytes.length / 2, bytes.length / 2 + 8192);
  Deno.writeFileSync(path, bytes);
  using history = open(path);
  assert.notDeepEqual(history.maintenance.quickCheck(), []);
});

Deno.test("leaveLog() leaves a large log to others until it is over, however many have asked for it", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  using history = open(path);
  const { maintenance, log } = history;
  const logBytes = (): number => Deno.statSync(`${path}-wal`).size;
  const first = maintenance.leaveLog();
  const second = maintenance.leaveLog();
  for (let seed = 1; seed <= 8; seed++) log.append(generateEntries(2_000, { seed }));
  const large = logBytes();
  assert.ok(large > 5 * 1024 * 1024, `${large} bytes`);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  log.append(generateEntries(1, { seed: 20 }));
  assert.ok(logBytes() > large, "one is left");
  second[Symbol.dispose]();
  log.append(generateEntries(1, { seed: 21 }));
  const full = logBytes();
  log.append(generateEntries(1, { seed: 22 }));
  assert.equal(logBytes(), full, "folded in, and written from its start");
});

Deno.test("compact() gives free space back, also while others read", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  using history = open(path);
  const { maintenance, log, removal } = history;
  log.append(generateEntries(3000));
  assert.equal(maintenance.checkpoint(true), true);
  const full = Deno.statSync(path).size;
  removal.prune({ beforeUnix: 1e10, deviceId: "none" as DeviceId });
  assert.ok(maintenance.size().freeBytes > full / 4);
  const reader = new DatabaseSync(path, { readOnly: true });
  try {
    reader.exec("BEGIN; SELECT count(*) FROM entries");
    assert.equal(maintenance.compact(), false, "the file is cut when the reader lets go");
  } finally {
    reader.close();
  }
  assert.equal(maintenance.compact(), true);
  assert.equal(maintenance.size().freeBytes, 0);
  assert.ok(Deno.statSync(path).size < full / 2);
});

Deno.test("compact() of a file that the original made never fails", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  foreign(path, (db) => db.exec(ORIGINAL_SCHEMA));
  using history = open(path);
  history.log.append(generateEntries(100));
  // Whether the file may be written anew depends on what this process may do.
  assert.equal(typeof history.maintenance.compact(), "boolean");
  assert.equal(history.log.count(), 100);
});

function damaged(path: string): void {
  {
    using history = open(path);
    history.log.append(generateEntries(500));
  }
  const bytes = Deno.readFileSync(path);
  bytes.fill(0xa5, 100, 4096);
  Deno.writeFileSync(path, bytes);
}

function otherProgram(path: string): void {
  foreign(path, (db) => db.exec("CREATE TABLE history (id TEXT PRIMARY KEY, command TEXT)"));
}

function assertFails(call: () => unknown, code: RrErrorCode, says: RegExp): void {
  assert.throws(call, (error) => {
    assert.ok(error instanceof RrError, String(error));
    assert.match(error.message, says);
    assert.equal(error.code, code);
    return true;
  });
}

function modeOf(path: string): number {
  return Deno.statSync(path).mode! & 0o777;
}

Deno.test("openHistory() takes the log beside the file away from others, too, where a link names it", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  using _other = open(path);
  Deno.symlinkSync(path, folder.file("link.db"));
  for (const end of ["-wal", "-shm"]) Deno.chmodSync(path + end, 0o644);
  using _history = open(folder.file("link.db"));
  for (const end of ["-wal", "-shm"]) assert.equal(modeOf(path + end), 0o600, end);
});
