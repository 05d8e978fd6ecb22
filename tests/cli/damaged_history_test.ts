/** What doctor says of a damaged history, followed word for word. */
import assert from "node:assert/strict";
import type { FakeWorld } from "../fakes/fake_world.ts";
import { makeEntry } from "../fakes/entries.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { foreign } from "../store/_open.ts";
import { doctor } from "./_doctor.ts";
import { annsWorld, entriesOf, rr } from "./_run.ts";

const ROWS = 3_000;
const PAGE = 4_096;

/** Which pages are damaged, and how many entries that costs. */
const KINDS: readonly (readonly [string, Damage, lost: "none" | "some" | "all"])[] = [
  ["rr_meta", rootOf("rr_meta"), "none"],
  ["the index of ids", rootOf("sqlite_autoindex_entries_1"), "none"],
  ["the counter", rootOf("sqlite_sequence"), "none"],
  ["the index of times", rootOf("idx_entries_ts"), "none"],
  ["tombstones", rootOf("rr_tomb"), "none"],
  ["the first rows", (path) => wreck(path, [leavesOf(path).at(0)!]), "some"],
  ["rows in two places", (path) => wreck(path, [leavesOf(path)[5]!, leavesOf(path)[9]!]), "some"],
  ["the last rows", (path) => wreck(path, [leavesOf(path).at(-1)!]), "some"],
  ["the file's end", (path) => Deno.truncateSync(path, leavesOf(path).at(-9)! * PAGE), "some"],
  ["the way to all rows", rootOf("entries"), "all"],
];

for (const [what, damage, lost] of KINDS) {
  Deno.test(`what doctor says to do saves what can be read: ${what}`, async () => {
    using world = annsWorld();
    const path = await someHistory(world);
    const before = new Map(entriesOf(world).map((entry) => [entry.id as string, entry]));
    damage(path);

    const { code, bad } = await doctor(world);
    assert.equal(code, 1);
    const advice = bad.get("database") ?? "";
    // A log that stays behind would be played into the new history.
    assert.ok(advice.includes(`mv ${path} ${path}-wal ${path}-shm `), advice);
    const left = await follow(world, advice);

    const after = entriesOf(world);
    for (const entry of after) assert.deepEqual(entry, before.get(entry.id));
    const missing = before.size - after.length;
    assert.equal(left ?? missing, missing, "says how many were left out");
    if (lost === "none") assert.equal(missing, 0);
    else if (lost === "some") {
      assert.ok(missing > 0 && missing < ROWS / 2, `${missing} are missing`);
    } else assert.equal(missing, before.size);
    assert.match((await rr(world, "doctor")).out, /database +Whole/);
    assert.ok(world.files.stat(`${path}.damaged/history.db`), "is kept");
  });
}

type Damage = (path: string) => void;

async function someHistory(world: FakeWorld): Promise<string> {
  const path = `${world.home}/.rustory/history.db`;
  await rr(world, "record", "--cmd", "ls");
  {
    using history = openHistory(path, world);
    history.log.append(Array.from({ length: ROWS }, (_, i) =>
      makeEntry({
        command: `echo ${i} ${"x".repeat(60)}`,
        startedAtMs: world.clock.now() - i * 61_001,
        exitCode: i % 5,
        durationMs: i * 7,
        hostname: `host-${i % 3}`,
      })));
  }
  assert.equal((await rr(world, "delete", "--cmd", "ls", "--yes")).code, 0);
  foreign(path, (db) => db.exec("PRAGMA wal_checkpoint(TRUNCATE)"));
  return path;
}

/** Does what stands between the marks, in its order; how many entries export told of as left out. */
async function follow(world: FakeWorld, advice: string): Promise<number | undefined> {
  let left: number | undefined = 0;
  for (const [, line] of advice.matchAll(/`([^`]+)`/g)) {
    const words = line!.split(" ");
    if (words[0] !== "rr") {
      // As a shell: what is not there is told of and does not keep the rest from being moved.
      new Deno.Command(words[0]!, { args: words.slice(1), stderr: "null" }).outputSync();
    } else if (words.includes("export")) {
      const { code, out, err } = await rr(world, ...words.slice(1, words.indexOf(">")));
      Deno.writeTextFileSync(words.at(-1)!, out);
      const told = /damaged where they are: (?:([\d,]+) commands?|how many)/.exec(err);
      assert.equal(code, told === null ? 0 : 1, err);
      if (told !== null) {
        left = told[1] === undefined ? undefined : Number(told[1].replace(",", ""));
      }
    } else if (words.includes("import")) {
      assert.equal((await rr(world, ...words.slice(1))).code, 0);
    } else assert.equal(words[1], "service");
  }
  return left;
}

function rootOf(name: string): Damage {
  return (path) =>
    wreck(path, [
      foreign(
        path,
        (db) => db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").get(name)!,
      ).rootpage as number,
    ]);
}

function wreck(path: string, pages: readonly number[]): void {
  using file = Deno.openSync(path, { read: true, write: true });
  for (const page of pages) {
    file.seekSync((page - 1) * PAGE, Deno.SeekMode.Start);
    file.writeSync(new Uint8Array(PAGE).fill(0xa5));
  }
}

/** Numbers of the pages that hold the rows of `entries`, in their order. */
function leavesOf(path: string): number[] {
  return foreign(path, (db) => {
    const sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'entries'";
    const root = db.prepare(sql).get()!.rootpage as number;
    const start = (root - 1) * PAGE;
    const page = new DataView(Deno.readFileSync(path).buffer, start, PAGE);
    assert.equal(page.getUint8(0), 5, "an inner page of a table");
    const cells = Array.from({ length: page.getUint16(3) }, (_, i) => page.getUint16(12 + 2 * i));
    return [...cells.map((at) => page.getUint32(at)), page.getUint32(8)];
  });
}
