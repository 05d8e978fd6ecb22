/** A read of a damaged file gives all there is or fails; it never takes the damage for the end. */
import assert from "node:assert/strict";
import { RrError } from "../../src/base/rr_error.ts";
import type { Entry } from "../../src/history/entry.ts";
import type { History } from "../../src/store/file/open_history.ts";
import { openForeign } from "../../src/store/file/read_foreign.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { generateEntries } from "../fakes/history_generator.ts";
import { foreign, open, tempFolder } from "./_open.ts";

const ENTRIES = 3000;
/** As many places over the file as keep the test quick. */
const PLACES = 25;

/** Everything that reads rows, by how many it gives. */
const READERS: Readonly<Record<string, (history: History, ids: readonly string[]) => number>> = {
  "entriesAfter()": ({ log }) => {
    let count = 0;
    for (let seq = 0;;) {
      const { entries, lastSeq } = log.entriesAfter(seq, { entries: 400, bytes: 1e9 });
      count += entries.length;
      if (lastSeq === undefined) return count;
      seq = lastSeq;
    }
  },
  "pendingPush()": ({ log }, [, device]) => log.pendingPush("p", device as Entry["deviceId"]),
  "count()": ({ log }) => log.count(),
  "headSeq()": ({ log }) => log.headSeq(),
  "recent()": ({ search }) => search.find({ limit: ENTRIES }).length,
  "find()": ({ search }) => search.find({ limit: 10_000, words: ["git"] }).length,
  "findFurther()": ({ search }) => search.findFurther({ limit: 10_000, words: ["git"] }).length,
  "commands()": ({ search }) =>
    [...search.commands()].reduce((sum, slice) => sum + slice.seqs.length, 0),
  "matchingSeqs()": ({ search }) => search.matchingSeqs({ words: ["git"] }).length,
  "runsOf()": ({ search }) => search.runsOf("git status").total,
  "entriesById()": ({ search }, [id]) => search.entriesById([id!]).length,
  "summary()": ({ stats }) => stats.summary({}).runs,
  "states()": ({ peers }) => peers.states("d" as Entry["deviceId"]).length,
};

for (const [name, read] of Object.entries(READERS)) {
  Deno.test(`${name} of a damaged history gives all or says so`, () => {
    using folder = tempFolder();
    const { path, bytes, device, id } = healthy(folder.file("whole.db"));
    using whole = open(path);
    const all = read(whole, [id, device]);
    const damaged = folder.file("damaged.db");
    let failed = 0;
    for (const at of places(bytes.length)) {
      write(damaged, bytes, at);
      const given = attempt(() => {
        using history = open(damaged);
        return read(history, [id, device]);
      });
      if (given instanceof RrError) failed++;
      else assert.equal(given, all, `page at ${at} damaged`);
    }
    assert.ok(failed < PLACES, "some damage is where this does not read");
  });
}

for (const sorted of [false, true]) {
  Deno.test(`select() of a damaged database ${sorted ? "in order " : ""}gives all or says so`, () => {
    using folder = tempFolder();
    const { path, bytes } = healthy(folder.file("whole.db"));
    const damaged = folder.file("damaged.db");
    const rest = `FROM entries${sorted ? " ORDER BY cmd, ingest_seq" : ""}`;
    const count = (at: string): number => {
      using db = openForeign(at, denoFiles());
      return [...db.select({ cmd: "cmd", ts: "ts" }, rest)].length;
    };
    assert.equal(count(path), ENTRIES);
    let failed = 0;
    for (const at of places(bytes.length)) {
      write(damaged, bytes, at);
      const given = attempt(() => count(damaged));
      if (given instanceof RrError) failed++;
      else assert.equal(given, ENTRIES, `page at ${at} damaged`);
    }
    assert.ok(failed > 3, `${failed} of ${PLACES} damages were met`);
  });
}

Deno.test("select() gives integers beyond 2^53 as bigints, and what comes after them", () => {
  using folder = tempFolder();
  const path = folder.file("other.db");
  foreign(path, (db) =>
    db.exec(`CREATE TABLE t (n, cmd);
      INSERT INTO t VALUES (1, 'a'), (9223372036854775807, 'b'), (-9223372036854775808, 'c'), (4, 'd')`));
  using db = openForeign(path, denoFiles());
  assert.deepEqual([...db.select({ n: "n", cmd: "cmd" }, "FROM t ORDER BY cmd")], [
    { n: 1, cmd: "a" },
    { n: 9223372036854775807n, cmd: "b" },
    { n: -9223372036854775808n, cmd: "c" },
    { n: 4, cmd: "d" },
  ]);
});

Deno.test("select() reads no text that is larger than any command", () => {
  using folder = tempFolder();
  const path = folder.file("other.db");
  foreign(
    path,
    (db) =>
      db.exec(
        "CREATE TABLE t (cmd); INSERT INTO t VALUES (CAST(zeroblob(5000000) AS TEXT)), ('b')",
      ),
  );
  using db = openForeign(path, denoFiles());
  assert.deepEqual([...db.select({ cmd: "cmd" }, "FROM t")], [{ cmd: null }, { cmd: "b" }]);
});

Deno.test("a history with extreme numbers in some rows gives the others, everywhere", () => {
  using folder = tempFolder();
  const { path, device, id } = healthy(folder.file("whole.db"));
  const before = new Map(
    Object.entries(READERS).map(([name, read]) => {
      using history = open(path);
      return [name, read(history, [id, device])];
    }),
  );
  foreign(path, (db) => {
    const rows = ["-9223372036854775808", "9223372036854775807", "9007199254740993"].map((n, i) =>
      `('odd${i}', 'other', 'u', 1700000000, 'odd ${i}', '/', 0, ${n}, 'zsh', 'h', '1')`
    );
    db.exec(
      `INSERT INTO entries (entry_id, device_id, user_id, ts, cmd, cwd, exit_code, duration_ms,
      shell, hostname, version) VALUES ${rows.join(", ")}`,
    );
    db.exec(`INSERT INTO peer_state VALUES ('12D3KooWodd', 9223372036854775807)`);
  });
  using history = open(path);
  const odd = history.search.find({ words: ["odd"], limit: 10 });
  assert.deepEqual(odd.map((one) => Math.abs(one.durationMs)), Array(3).fill(2 ** 53 - 1));
  assert.equal(history.log.pullState("12D3KooWodd").cursor, 0);
  for (const name of ["entriesAfter()", "recent()", "find()", "findFurther()", "runsOf()"]) {
    // Those that look for something else give the same, the others three more.
    const more = ["entriesAfter()", "recent()"].includes(name) ? 3 : 0;
    const all = Math.min(before.get(name)! + more, name === "recent()" ? ENTRIES : Infinity);
    assert.equal(READERS[name]!(history, [id, device]), all, name);
  }
  for (const read of Object.values(READERS)) assert.ok(read(history, [id, device]) >= 0);
});

// Written in one go and indexed, without a write-ahead log beside it.
function healthy(
  path: string,
): { path: string; bytes: Uint8Array; device: string; id: string } {
  const entries = generateEntries(ENTRIES, { seed: 11, devices: 2 });
  {
    using history = open(path);
    history.log.append(entries);
    while (history.index.catchUp() > 0);
    history.maintenance.checkpoint(true);
  }
  const { deviceId, id } = entries[ENTRIES / 2]!;
  return { path, bytes: Deno.readFileSync(path), device: deviceId, id };
}

// The first page names the tables: damage there is met by every open.
function* places(size: number): Generator<number> {
  const pages = size / PAGE;
  for (let i = 0; i < PLACES; i++) yield PAGE * (1 + Math.floor(i * (pages - 1) / PLACES));
}

const PAGE = 4096;

function write(path: string, bytes: Uint8Array, at: number): void {
  for (const end of ["-wal", "-shm"]) denoFiles().remove(path + end);
  const copy = bytes.slice();
  copy.fill(0xff, at, at + PAGE);
  Deno.writeFileSync(path, copy);
}

function attempt<T>(task: () => T): T | RrError {
  try {
    return task();
  } catch (error) {
    if (error instanceof RrError && error.code === "database") return error;
    throw error;
  }
}
