/** Stats against a model that looks at every entry. */
import assert from "node:assert/strict";
import type { Entry } from "../../../src/history/entry.ts";
import { makeEntry } from "../../fakes/entries.ts";
import { open } from "../_open.ts";
import { ENTRIES, passes } from "./_model.ts";

Deno.test("stats count what every entry says", () => {
  using history = open(":memory:");
  history.log.append(ENTRIES);
  history.index.catchUp(5000);
  for (const filter of [{}, { hostname: ENTRIES[0]!.hostname }, { cwd: "/nowhere" }]) {
    const runs = ENTRIES.filter((e) => passes(e, filter));
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
    const counts = Map.groupBy(runs, (e) => e.command);
    const most = [...counts.values()].map((part) => part.length).sort((a, b) => b - a).slice(0, 5);
    assert.deepEqual(got.commands.map((c) => c.runs), most);
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

Deno.test("stats count a run whose end nobody saw neither as failed nor as well", () => {
  using history = open(":memory:");
  history.log.append([-1, 0, 2].map((exitCode) => makeEntry({ exitCode, cwd: "/w" })));
  history.index.catchUp(5000);
  const { runs, failed, unknown } = history.stats.summary();
  assert.deepEqual([runs, failed, unknown], [3, 1, 1]);
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
