import assert from "node:assert/strict";
import fc from "fast-check";
import { KEYS } from "../../../src/picker/keys/keys.ts";
import { PickerHarness } from "../_harness.ts";

const COMMANDS = ["git push", "ls -la", "git status", "make test", "cd /tmp"];
const LONG = Array.from({ length: 100 }, (_, i) => `command ${i}`);

Deno.test("reduce() searches at every letter and selects the best", () => {
  const picker = new PickerHarness(COMMANDS);
  assert.deepEqual(picker.found(), COMMANDS);
  picker.press("'g'", "'i'", "'t'");
  assert.deepEqual(picker.found(), ["git push", "git status"]);
  assert.equal(picker.state.query, "git");
  assert.equal(picker.selected(), "git push");
});

Deno.test("reduce() starts with the text already typed, cursor at its end", () => {
  const picker = new PickerHarness(COMMANDS, { query: "git\nst" });
  assert.deepEqual([picker.state.query, picker.state.cursor], ["git st", 6]);
  assert.equal(picker.selected(), "git status");
});

Deno.test("reduce() chooses with Enter as set, edits with Tab and runs with Alt-Enter", () => {
  for (const enter of ["edit", "run"] as const) {
    const picker = new PickerHarness(COMMANDS, { enter });
    assert.deepEqual(picker.press("down", "enter"), [{ kind: "choose", line: 1, action: enter }]);
    assert.deepEqual(picker.press("tab"), [{ kind: "choose", line: 1, action: "edit" }]);
    assert.deepEqual(picker.press("alt-enter"), [{ kind: "choose", line: 1, action: "run" }]);
  }
});

Deno.test("reduce() edits the selected command with Right at the end of the query, as Tab does", () => {
  const picker = new PickerHarness(COMMANDS, { query: "git" });
  assert.deepEqual(picker.press("left", "right"), []);
  assert.equal(picker.state.cursor, 3);
  assert.deepEqual(picker.press("right"), [{ kind: "choose", line: 0, action: "edit" }]);
  assert.deepEqual(picker.press("ctrl-e"), [], "End only moves");
});

Deno.test("reduce() takes no command of a row that has none", () => {
  const picker = new PickerHarness(["one", "two"]);
  assert.deepEqual(picker.press("alt-3"), []);
  assert.equal(picker.selected(), "one");
  assert.deepEqual(picker.press("alt-2").map(({ kind }) => kind), ["choose"]);
});

Deno.test("reduce() takes what was typed as it is with alt-q, whatever matches", () => {
  const picker = new PickerHarness(COMMANDS, { query: "git" });
  assert.deepEqual(picker.press("alt-q"), [{ kind: "leave", why: "cancelled" }]);
  picker.press("' '", "'p'");
  assert.deepEqual(picker.press("alt-q"), [{ kind: "keep", text: "git p" }]);
  picker.press("ctrl-u");
  assert.deepEqual(picker.press("alt-q"), [{ kind: "leave", why: "cancelled" }]);
});

Deno.test("reduce() moves with ctrl-r and stops at both ends", () => {
  const picker = new PickerHarness(COMMANDS);
  picker.press("ctrl-r", "ctrl-r");
  assert.equal(picker.selected(), "git status");
  picker.press("up", "ctrl-p", "ctrl-s");
  assert.equal(picker.selected(), "git push");
  picker.press("alt->", "down");
  assert.equal(picker.selected(), "cd /tmp");
  picker.press("alt-<");
  assert.equal(picker.selected(), "git push");
});

Deno.test("reduce() goes up to older ones when the list grows upwards, and down out of it", () => {
  const picker = new PickerHarness(COMMANDS, { upward: true, leavesBelow: true });
  picker.press("up", "up");
  assert.equal(picker.selected(), "git status");
  picker.press("ctrl-r", "down", "down", "down");
  assert.equal(picker.selected(), "git push");
  assert.deepEqual(picker.press("down"), [{ kind: "leave", why: "cancelled" }]);
});

Deno.test("reduce() pages by the height of the list and keeps the selection in sight", () => {
  const picker = new PickerHarness(LONG, { size: { columns: 80, rows: 10 } });
  picker.press("pagedown");
  const first = picker.state.selected;
  assert.ok(first > 1 && first < 10);
  picker.press("pagedown", "pagedown");
  assert.equal(picker.state.selected, 3 * first);
  assert.ok(picker.state.top <= picker.state.selected);
  picker.press("pageup", "pageup", "pageup", "pageup");
  assert.deepEqual([picker.state.selected, picker.state.top], [0, 0]);
});

Deno.test("reduce() leaves with exit reasons for Esc, ctrl-c and ctrl-g", () => {
  for (const key of ["escape", "ctrl-c", "ctrl-g"]) {
    const picker = new PickerHarness(COMMANDS);
    assert.deepEqual(picker.press(key), [{ kind: "leave", why: "cancelled" }]);
  }
});

Deno.test("reduce() says nothing matches when Enter is pressed on an empty, complete result", () => {
  const picker = new PickerHarness(COMMANDS);
  assert.deepEqual(picker.press("'zzz'", "enter").at(-1), { kind: "keep", text: "zzz" });
  const opened = new PickerHarness(COMMANDS, { query: "zzz" });
  assert.deepEqual(opened.press("enter"), [{ kind: "leave", why: "nothing" }]);
});

Deno.test("reduce() lets a choice wait for the results of what was typed", () => {
  const picker = new PickerHarness(COMMANDS);
  picker.hold();
  const effects = picker.press("'make'", "enter");
  assert.deepEqual(effects, [{ kind: "search" }]); // not "git push", which is still on the screen
  picker.answer(false); // part of a fuzzy search may still change its first line
  assert.equal(picker.effects.some((effect) => effect.kind === "choose"), false);
  picker.answer();
  assert.deepEqual(picker.effects.at(-1), { kind: "choose", line: 3, action: "edit" });
});

Deno.test("reduce() takes the first of partial results when the order is by recency", () => {
  const picker = new PickerHarness(COMMANDS, { mode: "substring" });
  picker.hold();
  picker.press("'git'", "enter");
  picker.answer(false);
  assert.deepEqual(picker.effects.at(-1), { kind: "choose", line: 0, action: "edit" });
});

Deno.test("reduce() forgets a waiting choice at the next key", () => {
  const picker = new PickerHarness(COMMANDS);
  picker.hold();
  picker.press("'git'", "enter", "'x'");
  picker.answer();
  assert.equal(picker.effects.some((effect) => effect.kind === "choose"), false);
});

Deno.test("reduce() ignores results of an older query", () => {
  const picker = new PickerHarness(COMMANDS);
  const stale = picker.state.results;
  picker.press("'make'");
  const { results } = picker.state;
  picker.send({ kind: "results", results: stale });
  assert.equal(picker.state.results, results);
});

Deno.test("reduce() keeps the selected command while results stream in", () => {
  const picker = new PickerHarness(COMMANDS);
  picker.press("down");
  const { results } = picker.state;
  const lines = [4, 3, ...results.lines.slice(0, 3)];
  picker.send({ kind: "results", results: { ...results, lines, complete: false } });
  assert.equal(picker.selected(), "ls -la");
  picker.send({ kind: "results", results: { ...results, lines: [4], complete: false } });
  assert.equal(picker.selected(), "ls -la"); // half an answer without it is not shown
});

Deno.test("reduce() has one key for each filter, and the same key takes it back", () => {
  const cases = [["f3", "host"], ["f4", "directory"], ["f5", "workspace"], ["f6", "session"]];
  for (const [key, scope] of cases) {
    const picker = new PickerHarness(COMMANDS);
    assert.deepEqual(picker.press(key!), [{ kind: "search" }]);
    assert.equal(picker.state.filter.scope, scope);
    picker.press(key!);
    assert.equal(picker.state.filter.scope, "all");
  }
  const picker = new PickerHarness(COMMANDS);
  picker.press("f7", "alt-h");
  assert.deepEqual(picker.state.filter, { scope: "host", okOnly: true, failedOnly: false });
  picker.press("alt-a", "alt-o");
  assert.deepEqual(picker.state.filter, { scope: "all", okOnly: false, failedOnly: false });
  picker.press("ctrl-x", "ctrl-x");
  assert.equal(picker.state.filter.scope, "directory");
});

Deno.test("reduce() goes round the match modes", () => {
  const picker = new PickerHarness(COMMANDS);
  const seen = ["ctrl-t", "alt-m", "f8"].map((key) => {
    picker.press(key);
    return picker.state.mode;
  });
  assert.deepEqual(seen, ["substring", "prefix", "fuzzy"]);
});

Deno.test("reduce() deletes only after a yes", () => {
  for (const key of ["'n'", "enter", "escape", "down", "'x'"]) {
    const picker = new PickerHarness(COMMANDS);
    const effects = picker.press("ctrl-d", key);
    assert.deepEqual(effects, [], key);
    assert.deepEqual([picker.state.view.kind, picker.state.query], ["list", ""]);
  }
  for (const key of ["'y'", "'Y'", "ctrl-d"]) {
    const picker = new PickerHarness(COMMANDS);
    assert.deepEqual(picker.press("down", "ctrl-d", key), [{
      kind: "delete",
      line: 1,
      reach: "everywhere",
    }]);
    const again = picker.send({ kind: "deleted", line: 1, count: 2, reach: "here" });
    assert.deepEqual(again, [{ kind: "search" }]);
    assert.match(picker.state.notice!, /2 runs/);
  }
});

Deno.test("reduce() deletes on this device only when told so", () => {
  const picker = new PickerHarness(COMMANDS);
  const [effect] = picker.press("down", "ctrl-d", "'h'");
  assert.deepEqual(effect, { kind: "delete", line: 1, reach: "here" });
});

Deno.test("reduce() asks for nothing to be deleted where nothing is, or results are stale", () => {
  assert.equal(new PickerHarness([]).press("ctrl-d").length, 0);
  const picker = new PickerHarness(COMMANDS);
  picker.hold();
  picker.press("'make'", "ctrl-d");
  assert.equal(picker.state.view.kind, "list");
});

Deno.test("reduce() shows details, scrolls them and comes back", () => {
  const picker = new PickerHarness(COMMANDS, { size: { columns: 60, rows: 8 } });
  assert.deepEqual(picker.press("ctrl-o"), [{ kind: "details", line: 0 }]);
  const run = { startedAtMs: 1, durationMs: 0, exitCode: 0, hostname: "h", cwd: "/" };
  const runs = {
    command: "git push",
    total: 30,
    failed: 2,
    firstMs: 1,
    lastMs: 2,
    runs: new Array(30).fill(run),
  };
  picker.send({ kind: "runs", line: 0, runs });
  picker.press("pagedown");
  assert.ok(picker.state.view.kind === "details" && picker.state.view.top === 7);
  picker.press("alt->", "down");
  assert.ok(picker.state.view.kind === "details" && picker.state.view.top === 34 - 7);
  picker.press("escape");
  assert.equal(picker.state.view.kind, "list");
  picker.press("ctrl-o");
  assert.deepEqual(picker.press("enter"), [{ kind: "choose", line: 0, action: "edit" }]);
});

Deno.test("reduce() goes back to the list when the command of the details is gone", () => {
  const picker = new PickerHarness(COMMANDS);
  picker.press("ctrl-o");
  picker.send({ kind: "runs", line: 0, runs: undefined });
  assert.equal(picker.state.view.kind, "list");
  assert.ok(picker.state.notice);
});

Deno.test("reduce() opens the help with F1, and with ? only in an empty line", () => {
  const picker = new PickerHarness(COMMANDS);
  picker.press("'?'");
  assert.equal(picker.state.view.kind, "help");
  picker.press("escape", "'a'", "'?'");
  assert.deepEqual([picker.state.view.kind, picker.state.query], ["list", "a?"]);
  picker.press("f1");
  assert.equal(picker.state.view.kind, "help");
});

Deno.test("reduce() asks for more lines when the end of the list is reached", () => {
  const many = Array.from({ length: 3000 }, (_, i) => `c${i}`);
  const picker = new PickerHarness(many);
  assert.equal(picker.state.results.lines.length, 1000);
  picker.press("alt->");
  assert.equal(picker.state.results.lines.length, 3000);
  assert.equal(picker.selected(), "c999");
  picker.press("alt->");
  assert.equal(picker.selected(), "c2999");
});

Deno.test("reduce() puts pasted text into the query as one line", () => {
  const picker = new PickerHarness(COMMANDS);
  picker.send({ kind: "key", key: { kind: "paste", text: "git\r\n\x1b[31mst" } });
  assert.equal(picker.state.query, "git [31mst");
});

Deno.test("no key is bound twice", () => {
  const names = KEYS.flatMap(({ keys }) => keys);
  assert.equal(new Set(names).size, names.length);
});

Deno.test("reduce() keeps its invariants under any keys (property)", () => {
  const keys = fc.constantFrom(...KEYS.flatMap((row) => row.keys), "'a'", "'?'", "'y'", "f12");
  const sizes = fc.record({ columns: fc.integer(), rows: fc.integer() });
  fc.assert(
    fc.property(fc.array(fc.oneof(keys, sizes)), (inputs) => {
      const picker = new PickerHarness(LONG.slice(0, 30));
      for (const input of inputs) {
        if (typeof input === "string") picker.press(input);
        else picker.send({ kind: "resize", size: input });
        const { state } = picker;
        assert.ok(state.selected >= 0 && state.top >= 0 && state.top <= state.selected);
        assert.ok(state.cursor >= 0 && state.cursor <= state.query.length);
        assert.ok(state.selected < Math.max(1, state.results.lines.length));
      }
    }),
    { numRuns: 200 },
  );
});
