import assert from "node:assert/strict";
import fc from "fast-check";
import type { DeviceId, Entry, EntryId } from "../../../src/history/entry.ts";
import type { History } from "../../../src/store/file/open_history.ts";
import { TEXT_END } from "../../../src/history/text_end.ts";
import type { HistoryQuery } from "../../../src/store/index/history_query.ts";
import type { RunFilter } from "../../../src/history/run_filter.ts";
import { foreign, open, tempFolder } from "../_open.ts";
import type { RecentRuns } from "../../../src/store/index/recent_runs.ts";
import { makeEntry } from "../../fakes/entries.ts";
import { ENTRIES, passes } from "./_model.ts";

// What the store should say, by looking at every entry.
function expected(entries: readonly Entry[], query: Partial<HistoryQuery>): Entry[] {
  const { words = [], caseSensitive = false, distinct = false, limit = Infinity } = query;
  const fold = (text: string): string => caseSensitive ? text : text.toLowerCase();
  const seen = new Set<string>();
  return entries.map((entry, seq) => ({ entry, seq }))
    .filter(({ entry }) => passes(entry, query))
    .filter(({ entry }) => words.every((word) => fold(entry.command).includes(fold(word))))
    .sort((a, b) => b.entry.startedAtMs - a.entry.startedAtMs || b.seq - a.seq)
    .filter(({ entry }) => !distinct || !seen.has(entry.command) && seen.add(entry.command))
    .slice(0, limit)
    .map(({ entry }) => entry);
}

function maybe<T>(values: readonly T[]): fc.Arbitrary<T | undefined> {
  return fc.option(fc.constantFrom(...values), { nil: undefined, freq: 1 });
}

const SOME = ENTRIES.filter((_, i) => i % 700 === 3);

const ROW_FILTER: fc.Arbitrary<RunFilter> = fc.record({
  shell: maybe(["zsh", "bash"]),
  userId: maybe(["nobody", ...SOME.map((e) => e.userId)]),
  leastMs: maybe([1, 1000]),
  mostMs: maybe([0, 5000]),
  hostname: maybe(SOME.map((e) => e.hostname)),
  session: maybe(SOME.map((e) => e.session!)),
  exit: maybe<"failure" | "unknown">(["failure", "unknown"]),
});

const QUERY: fc.Arbitrary<HistoryQuery> = fc.record({
  clauses: fc.array(
    fc.record({
      anyOf: fc.array(ROW_FILTER, { minLength: 1, maxLength: 2 }),
      negated: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
  words: fc.array(
    fc.constantFrom("git", "GI", "cargo test", "e", "größe", "ss", "nope", "\n", "K", ""),
    {
      maxLength: 2,
    },
  ),
  caseSensitive: fc.boolean(),
  distinct: fc.boolean(),
  limit: fc.constantFrom(1, 7, 300, 20_000),
  hostname: maybe(SOME.map((e) => e.hostname)),
  cwd: maybe([...SOME.map((e) => e.cwd), "/nowhere"]),
  below: maybe(["/home/ana", "/home/ana/src", "/home/an", "/tmp"]),
  session: maybe(SOME.map((e) => e.session!)),
  exit: maybe<RunFilter["exit"]>([0, 1, 130, "success", "failure", "unknown"]),
  sinceMs: maybe(SOME.map((e) => e.startedAtMs)),
  untilMs: maybe(SOME.map((e) => e.startedAtMs)),
});

function assertFinds(
  history: History,
  entries: readonly Entry[],
  runs: number,
  seed: number,
): void {
  fc.assert(
    fc.property(QUERY, (query) => {
      const found = history.search.find(query);
      assert.deepEqual(found.map((e) => e.id), expected(entries, query).map((e) => e.id));
      assert.deepEqual(history.search.findCommands(query), found.map((e) => e.command));
    }),
    { numRuns: runs, seed },
  );
}

for (const [state, steps] of [["not", 0], ["half", 2], ["fully", 99]] as const) {
  Deno.test(`find() gives what every entry says, ${state} indexed`, () => {
    using history = open(":memory:");
    history.log.append(ENTRIES.slice(0, 5500));
    for (let i = 0; i < steps && history.index.catchUp(steps === 2 ? 1500 : 4096) > 0; i++);
    history.log.append(ENTRIES.slice(5500));
    if (steps === 99) { while (history.index.catchUp(137) > 0); }
    assertFinds(history, ENTRIES, 40, 1);
  });
}

Deno.test("find() holds to the millisecond of a bound, among the newest rows as in the index", () => {
  using history = open(":memory:");
  history.log.append(ENTRIES);
  const near = ENTRIES.toSorted((a, b) => b.startedAtMs - a.startedAtMs).slice(0, 40);
  for (const isIndexed of [false, true]) {
    while (isIndexed && history.index.catchUp() > 0);
    for (const { startedAtMs } of near) {
      for (
        const query of [{ sinceMs: startedAtMs, limit: 5000 }, { untilMs: startedAtMs, limit: 3 }]
      ) {
        const ids = history.search.find(query).map(({ id }) => id);
        assert.deepEqual(ids, expected(ENTRIES, query).map(({ id }) => id));
      }
    }
  }
});

Deno.test("find() and the index follow rows that the original adds, deletes and changes", () => {
  using folder = tempFolder();
  using history = open(folder.file("h.db"));
  history.log.append(ENTRIES);
  while (history.index.catchUp() > 0);
  const before = history.search.find({ limit: 50 });
  foreign(folder.file("h.db"), (db) => {
    db.exec("DELETE FROM entries WHERE ingest_seq % 3 = 0");
    db.exec(
      `INSERT INTO entries (entry_id, device_id, user_id, ts, cmd, cwd, exit_code, duration_ms,
      shell, hostname, version) SELECT 'copy-' || entry_id, device_id, user_id, ts + 5, 'new ' || cmd,
      cwd, exit_code, duration_ms, shell, hostname, version FROM entries WHERE ingest_seq < 500`,
    );
  });
  assert.notDeepEqual(history.search.find({ limit: 50 }), before);
  const now = history.log.entriesAfter(0, { entries: 10_000, bytes: 1e9 }).entries;
  assertFinds(history, now, 20, 2);
  while (history.index.catchUp() > 0);
  assertFinds(history, now, 20, 3);
  foreign(
    folder.file("h.db"),
    (db) => db.exec("UPDATE entries SET cmd = 'secret' WHERE ingest_seq = 1"),
  );
  const changed = now.map((e, i) => i === 0 ? { ...e, command: "secret" } : e);
  assertFinds(history, changed, 5, 4);
  while (history.index.catchUp() > 0);
  assertFinds(history, changed, 5, 5);
});

Deno.test("recent() keeps the order of commands that share a second or a millisecond", () => {
  using history = open(":memory:");
  const at = (ms: number, id: string): Entry => ({
    ...ENTRIES[0]!,
    id: id as EntryId,
    startedAtMs: 1_700_000_000_000 + ms,
  });
  history.log.append([at(300, "c"), at(100, "a"), at(200, "b"), at(300, "d"), at(0, "z")]);
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(history.search.find({ limit: 9 }).map((e) => e.id), ["d", "c", "b", "a", "z"]);
    assert.deepEqual(history.search.find({ limit: 2 }).map((e) => e.id), ["d", "c"]);
    history.index.catchUp();
  }
  assert.throws(() => history.search.find({ limit: 0 }), RangeError);
});

Deno.test("commands() gives every distinct command once, newest first, with its newest run", () => {
  using history = open(":memory:");
  history.log.append(ENTRIES);
  for (const steps of [0, 2, 99]) {
    for (let i = 0; i < steps && history.index.catchUp(2000) > 0; i++);
    for (const filter of [{}, { exit: "failure" as const }, { below: "/home/ana/src" }]) {
      const texts: string[] = [];
      const seqs: number[] = [];
      for (const slice of history.search.commands(filter)) {
        const text = new TextDecoder().decode(slice.texts);
        texts.push(...text.split(String.fromCharCode(TEXT_END)).slice(0, -1));
        seqs.push(...slice.seqs);
      }
      const wanted = expected(ENTRIES, { ...filter, distinct: true });
      assert.deepEqual(texts, wanted.map((e) => e.command.replaceAll("\x1e", " ")));
      assert.deepEqual(history.search.entriesBySeq(seqs), wanted);
    }
  }
});

Deno.test("no slice of large commands is large, so that reading one ahead costs little", () => {
  using history = open(":memory:");
  const large = Array.from(
    { length: 20 },
    (_, i) => makeEntry({ command: `${i} ${"x".repeat(100_000)}` }),
  );
  history.log.append(large);
  const rank = ({ runs }: RecentRuns): readonly number[] => [...runs.commands];
  for (const slices of [history.search.commands(), history.search.rankedCommands({}, rank)]) {
    let count = 0;
    for (const { texts, seqs } of slices) {
      assert.ok(texts.length < 300_000, `a slice of ${texts.length} bytes`);
      count += seqs.length;
    }
    assert.equal(count, large.length);
  }
});

Deno.test("newestPlace() is where a device ran something last, whatever others ran since", () => {
  using history = open(":memory:");
  const at = (deviceId: string, second: number, place: Partial<Entry>): Entry =>
    makeEntry({ deviceId: deviceId as DeviceId, startedAtMs: second * 1000, ...place });
  history.log.append([
    at("laptop", 20, { session: "b", cwd: "/new" }),
    at("laptop", 10, { session: "a", cwd: "/old" }),
    at("desktop", 30, { session: "c", cwd: "/there" }),
    at("tablet", 30, { session: undefined }),
  ]);
  const place = (device: string): unknown => history.search.newestPlace(device as DeviceId);
  assert.deepEqual(place("laptop"), { session: "b", cwd: "/new" });
  assert.deepEqual(place("desktop"), { session: "c", cwd: "/there" });
  assert.equal(place("tablet"), undefined, "it is not known where");
  assert.equal(place("phone"), undefined);
});

Deno.test("runsOf() counts every run of exactly one command", () => {
  using history = open(":memory:");
  history.log.append(ENTRIES);
  for (let i = 0; i < 3; i++) {
    const runs = ENTRIES.filter((e) => e.command === "git status");
    const found = history.search.runsOf("git status", 5);
    assert.equal(found.total, runs.length);
    assert.equal(found.failed, runs.filter((e) => e.exitCode !== 0).length);
    assert.deepEqual(found.entries, expected(runs, { limit: 5 }));
    assert.deepEqual(history.search.runsOf("git statu"), {
      total: 0,
      failed: 0,
      unknown: 0,
      newestSeq: undefined,
      entries: [],
    });
    history.index.catchUp(5000);
  }
});

Deno.test("entriesById() keeps the order asked for and leaves out what is not there", () => {
  using history = open(":memory:");
  history.log.append(ENTRIES.slice(0, 10));
  const [a, b] = ENTRIES as [Entry, Entry];
  assert.deepEqual(history.search.entriesById([b.id, "nope", a.id]), [b, a]);
});

Deno.test("find() and the index leave out rows that another program broke", () => {
  using folder = tempFolder();
  using history = open(folder.file("h.db"));
  history.log.append(ENTRIES.slice(0, 8));
  foreign(folder.file("h.db"), (db) =>
    db.exec(`
    UPDATE entries SET exit_code = 9999999999 WHERE ingest_seq = 1;
    UPDATE entries SET cmd = x'ff00' WHERE ingest_seq = 2;
    UPDATE entries SET ts = 'soon' WHERE ingest_seq = 3;
    UPDATE entries SET device_id = x'07' WHERE ingest_seq = 4;
    UPDATE entries SET session = x'00' WHERE ingest_seq = 5`));
  for (let i = 0; i < 2; i++) {
    const seqs = history.search.find({ limit: 9 }).map((e) =>
      ENTRIES.findIndex((o) => o.id === e.id)
    );
    assert.deepEqual(seqs.sort(), [4, 5, 6, 7]);
    while (history.index.catchUp() > 0);
  }
});

Deno.test("an index that was marked stale is not read", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  using history = open(path);
  history.log.append(ENTRIES);
  while (history.index.catchUp() > 0);
  const { command } = ENTRIES[0]!;
  const { total } = history.search.runsOf(command);
  assert.ok(total > 0);
  foreign(path, (db) => db.exec("INSERT INTO rr_meta (key, value) VALUES ('index_stale', 1)"));
  assert.equal(history.search.runsOf(command).total, total);
});
