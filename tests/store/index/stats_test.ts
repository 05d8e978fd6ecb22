/** Stats against a model that looks at every entry. */
import assert from "node:assert/strict";
import type { Entry } from "../../../src/history/entry.ts";
import { makeEntry } from "../../fakes/entries.ts";
import { LONG_RUN_MS } from "../../../src/store/file/migrations.ts";
import { textOf } from "../../../src/store/index/word_query.ts";
import { foreign, open, tempFolder } from "../_open.ts";
import { ENTRIES, passes } from "./_model.ts";

Deno.test("stats count what every entry says", () => {
  using history = open(":memory:");
  const all = ENTRIES.map((entry, i) => {
    return { ...entry, startedAtMs: entry.startedAtMs + (Math.floor(i / 300) % 7) * 5 * 3_600_000 };
  });
  // Of all four parts the first two are in the index, each with texts of its own.
  for (const [part, entries] of quarters(all).entries()) {
    history.log.append(entries);
    if (part < 2) history.index.catchUp(5000);
  }
  assert.ok(history.index.left() > ENTRIES.length / 4);
  for (const filter of [{}, { hostname: ENTRIES[0]!.hostname }, { cwd: "/nowhere" }]) {
    const runs = all.filter((e) => passes(e, filter));
    const times = runs.map((e) => e.startedAtMs);
    const borders = [0, 1_609_459_300_000, 1_609_460_000_000, 2e12];
    const got = history.stats.summary(filter, { top: 5, bordersMs: borders });
    const failures = (part: readonly Entry[]): number =>
      part.filter((e) => e.exitCode !== 0).length;
    assert.equal(got.runs, runs.length);
    assert.equal(got.failed, failures(runs));
    assert.equal(got.distinct, new Set(runs.map((e) => e.command)).size);
    assert.equal(
      got.oldestMs,
      times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b)),
    );
    assert.equal(
      got.newestMs,
      times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b)),
    );
    for (const { command, runs: count, failed } of got.commands) {
      const part = runs.filter((e) => e.command === command);
      assert.deepEqual([count, failed], [part.length, failures(part)]);
    }
    for (const { command, failed } of got.mostFailing) {
      assert.equal(failed, failures(runs.filter((e) => e.command === command)));
    }
    const counts = Map.groupBy(runs, (e) => e.command);
    const most = [...counts.values()].map((part) => part.length).sort((a, b) => b - a).slice(0, 5);
    assert.deepEqual(got.commands.map((c) => c.runs), most);
    const failing = [...counts.values()].map(failures).sort((a, b) => b - a).slice(0, 5);
    assert.deepEqual(got.mostFailing.map((c) => c.failed), failing.filter((count) => count > 0));
    got.hours.forEach(({ runs: count, failed }, hour) => {
      const part = runs.filter((e) => new Date(e.startedAtMs).getHours() === hour);
      assert.deepEqual([count, failed], [part.length, failures(part)]);
    });
    for (const { hostname, runs: count } of got.hosts) {
      assert.equal(count, runs.filter((e) => e.hostname === hostname).length);
    }
    assert.equal(got.folders.length, Math.min(5, new Set(runs.map((e) => e.cwd)).size));
    got.periods.forEach(({ fromMs, runs: count }, i) => {
      assert.equal(fromMs, borders[i]);
      assert.equal(count, times.filter((ms) => ms >= fromMs && ms < borders[i + 1]!).length);
    });
  }
});

function quarters(entries: readonly Entry[]): Entry[][] {
  const size = Math.ceil(entries.length / 4);
  return [0, 1, 2, 3].map((part) => entries.slice(part * size, (part + 1) * size));
}

Deno.test("stats name commands by their texts, wherever in the index those are, and outside of it", () => {
  using history = open(":memory:");
  const failing = (command: string, times: number): Entry[] =>
    Array.from({ length: times }, () => makeEntry({ command, exitCode: 1 }));
  const once = Array.from({ length: 5_000 }, (_, i) => makeEntry({ command: `once ${i}` }));
  history.log.append([
    ...failing("in the first block", 4),
    ...once,
    ...failing("in the second", 3),
  ]);
  while (history.index.catchUp() > 0);
  history.log.append([
    ...once.map((_, i) => makeEntry({ command: `new ${i}` })),
    ...failing("newest", 2),
  ]);
  const named = ["in the first block", "in the second", "newest"].map((command, i) => {
    return { command, runs: 4 - i, failed: 4 - i, unknown: 0 };
  });
  const { commands, mostFailing } = history.stats.summary({}, { top: 3 });
  assert.deepEqual(mostFailing, named);
  assert.deepEqual(commands, named);
});

Deno.test("stats count a run whose end nobody saw neither as failed nor as well", () => {
  using history = open(":memory:");
  history.log.append([-1, -1, 0, 2].map((exitCode) => makeEntry({ exitCode, cwd: "/w" })));
  history.index.catchUp(5000);
  const { runs, failed, unknown, folders } = history.stats.summary();
  assert.deepEqual([runs, failed, unknown], [4, 1, 2]);
  assert.deepEqual(folders, [{ cwd: "/w", runs, failed, unknown }]);
});

Deno.test("stats find the longest runs also where none is long, and behind 1,000 of another folder", () => {
  using history = open(":memory:");
  const elsewhere = Array.from({ length: 1_000 }, (_, i) => makeEntry({ durationMs: 900 + i }));
  const here = [5, 7].map((durationMs) => makeEntry({ durationMs, cwd: "/here" }));
  history.log.append([...elsewhere, ...here]);
  history.index.catchUp(5000);
  const { longest } = history.stats.summary({ cwd: "/here" }, { longest: 3 });
  assert.deepEqual(longest.map(({ durationMs }) => durationMs), [7, 5]);
});

Deno.test("stats find the longest runs of any filter and text, however long they are", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  // Of one duration the one taken in last is first; rows of another program are no numbers.
  const durations = [0, 1, 599_999, 600_000, 600_000, 600_001, 7_200_000];
  const entries = ENTRIES.map((e, i) => ({ ...e, durationMs: durations[(i * 31) % 97] ?? 9 }));
  using history = open(path);
  history.log.append(entries);
  foreign(path, (db) => db.exec("UPDATE entries SET duration_ms = 'x' WHERE ingest_seq = 5"));
  history.index.catchUp(5000);
  const filters = [{}, { hostname: ENTRIES[0]!.hostname }, { cwd: "unknown" }, { cwd: "/nowhere" }];
  for (const filter of [...filters, { leastMs: 600_001 }, { mostMs: 1 }]) {
    for (const text of [undefined, textOf({ words: ["git"] })]) {
      const wanted = entries.map((entry, seq) => ({ entry, seq })).filter(({ entry, seq }) =>
        passes(entry, filter) && text?.test(entry.command) !== false && entry.durationMs > 0 &&
        seq !== 4
      );
      wanted.sort((a, b) => b.entry.durationMs - a.entry.durationMs || b.seq - a.seq);
      for (const longest of [1, 700]) {
        const got = history.stats.summary(filter, { longest, text }).longest.map(({ id }) => id);
        assert.deepEqual(got, wanted.slice(0, longest).map(({ entry }) => entry.id));
      }
    }
  }
});

Deno.test("stats go through no row for the longest runs, where the index is", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  open(path)[Symbol.dispose]();
  const plan = foreign(
    path,
    (db) =>
      db.prepare(
        `EXPLAIN QUERY PLAN SELECT ingest_seq FROM entries WHERE duration_ms >= ${LONG_RUN_MS}
         ORDER BY duration_ms DESC, ingest_seq DESC`,
      ).all().map(({ detail }) => detail),
  );
  assert.deepEqual(plan, ["SEARCH entries USING COVERING INDEX rr_longest (duration_ms>?)"]);
});

Deno.test("stats hold to the millisecond of a bound that is the edge of a chunk", () => {
  using history = open(":memory:");
  const T = 1_700_000_000_000;
  history.log.append([0, 1, 2].map((ms) => makeEntry({ startedAtMs: T + ms })));
  history.index.catchUp(5000);
  const runs = (filter: { sinceMs?: number; untilMs?: number }): number =>
    history.stats.summary(filter).runs;
  assert.deepEqual([T, T + 1, T + 2, T + 3].map((untilMs) => runs({ untilMs })), [0, 1, 2, 3]);
  assert.deepEqual([T, T + 1, T + 2, T + 3].map((sinceMs) => runs({ sinceMs })), [3, 2, 1, 0]);
});
