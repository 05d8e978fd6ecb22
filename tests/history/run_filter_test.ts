/** Every field of a filter counts, alone and in clauses. */
import assert from "node:assert/strict";
import { type FilteredRun, matchesRun, type RunFilter } from "../../src/history/run_filter.ts";

const RUN: FilteredRun = {
  command: "make",
  cwd: "/home/kim/src/rr",
  hostname: "laptop.example",
  deviceId: "laptop",
  userId: "kim",
  shell: "zsh",
  session: "s1",
  exitCode: 2,
  startedAtMs: 1_000,
  durationMs: 500,
};

/** For each field: what lets the run through, and what does not. */
const isPinned = (command: string): boolean => command === RUN.command;

const CASES: readonly (readonly [RunFilter, RunFilter])[] = [
  [{ hostname: "laptop.example" }, { hostname: "laptop" }],
  [{ deviceId: "laptop" }, { deviceId: "desktop" }],
  [{ userId: "kim" }, { userId: "lee" }],
  [{ cwd: "/home/kim/src/rr" }, { cwd: "/home/kim/src" }],
  [{ below: "/home/kim/src" }, { below: "/home/kim/s" }],
  [{ session: "s1" }, { session: "s2" }],
  [{ shell: "zsh" }, { shell: "bash" }],
  [{ exit: 2 }, { exit: 1 }],
  [{ exit: "failure" }, { exit: "success" }],
  [{ exit: "failure" }, { exit: "unknown" }],
  [{ sinceMs: 1_000 }, { sinceMs: 1_001 }],
  [{ untilMs: 1_001 }, { untilMs: 1_000 }],
  [{ leastMs: 500 }, { leastMs: 501 }],
  [{ mostMs: 500 }, { mostMs: 499 }],
];

Deno.test("matchesRun() asks for every condition that is given", () => {
  assert.ok(matchesRun({}, RUN, isPinned));
  assert.ok(matchesRun(Object.assign({}, ...CASES.slice(0, 8).map(([yes]) => yes)), RUN, isPinned));
  assert.ok(matchesRun({ pinned: true }, RUN, isPinned));
  assert.equal(matchesRun({ pinned: true }, { ...RUN, command: "other" }, isPinned), false);
  for (const [yes, no] of CASES) {
    assert.equal(matchesRun(yes, RUN, isPinned), true, JSON.stringify(yes));
    assert.equal(matchesRun(no, RUN, isPinned), false, JSON.stringify(no));
  }
});

Deno.test("matchesRun() takes clauses: one of them, or, negated, none", () => {
  for (const [yes, no] of CASES) {
    for (const [anyOf, expected] of [[[yes], true], [[no], false], [[no, yes], true]] as const) {
      for (const negated of [false, true]) {
        const filter = { clauses: [{ anyOf, negated }] };
        assert.equal(
          matchesRun(filter, RUN, isPinned),
          expected !== negated,
          JSON.stringify(filter),
        );
      }
    }
    assert.equal(
      matchesRun({ ...no, clauses: [{ anyOf: [yes], negated: false }] }, RUN, isPinned),
      false,
    );
  }
});

Deno.test("matchesRun() asks a run without a known duration for none", () => {
  const untimed = { ...RUN, durationMs: 0 };
  assert.equal(matchesRun({ mostMs: 10_000 }, untimed, isPinned), false);
  assert.equal(matchesRun({ leastMs: 0 }, untimed, isPinned), false);
});

Deno.test("matchesRun() takes a 0 of a run without its folder for unknown, and -1 always", () => {
  const imported = { ...RUN, cwd: "unknown", exitCode: 0 };
  assert.equal(matchesRun({ exit: "success" }, imported, isPinned), false);
  assert.equal(matchesRun({ exit: "unknown" }, imported, isPinned), true);
  assert.equal(matchesRun({ exit: "success" }, { ...RUN, exitCode: 0 }, isPinned), true);
  assert.equal(matchesRun({ exit: "unknown" }, { ...RUN, exitCode: -1 }, isPinned), true);
  assert.equal(matchesRun({ exit: "failure" }, { ...RUN, exitCode: -1 }, isPinned), false);
  assert.equal(matchesRun({ exit: -1 }, { ...RUN, exitCode: -1 }, isPinned), false);
});
