import assert from "node:assert/strict";
import fc from "fast-check";
import { type Frame, render } from "../../../src/picker/render/render.ts";
import type { PickerState } from "../../../src/picker/state/state.ts";
import { COLOURS, NO_COLOURS } from "../../../src/picker/render/theme.ts";
import { textWidth } from "../../../src/search/matching/glyphs.ts";
import { contextOf, NOW, PickerHarness } from "../_harness.ts";

const HOSTILE = [
  "echo \x1b]0;owned\x07 \x1b[2J",
  "cat <<'EOF'\nline\tone\r\nline two\nEOF",
  "printf '\u202egpj.exe' \u200b\ufeff\x9b31m\x00\x7f",
  "echo 한국어 漢字 👨‍👩‍👧 ❤️ e\u0301 🇩🇪 ｆｕｌｌ",
  "x".repeat(5000),
  "\u0301".repeat(50),
  "a\n".repeat(100),
  "",
];

function text(frame: Frame): string[] {
  // deno-lint-ignore no-control-regex -- styles are what is taken out
  return frame.rows.map((row) => row.replace(/\x1b\[[\d;]*[mG]/g, " ").replace(/ +/g, " "));
}

Deno.test("render() shows what a row says about the latest run, as far as there is room", () => {
  const picker = new PickerHarness(["git push"], { size: { columns: 120, rows: 10 } });
  const context = contextOf(["git push"], { exitCode: 127 });
  const wide = text(render(picker.state, context))[1]!;
  for (const part of ["1h", "127", "1.5s", "git push", "desk", "~/src"]) {
    assert.ok(wide.includes(part), `${part} in ${wide}`);
  }
  picker.send({ kind: "resize", size: { columns: 20, rows: 5 } });
  const narrow = text(render(picker.state, context));
  assert.match(narrow[1]!, /git push/);
  assert.doesNotMatch(narrow[1]!, /1h|127|desk/);
});

Deno.test("render() says why nothing matches, in lines as wide as the terminal", () => {
  const picker = new PickerHarness(["git push"], { size: { columns: 80, rows: 12 } });
  picker.press("'zzz'");
  const doubts =
    (): string[] => ['no command of the host "zzz" is known; is zz meant?', "and more"];
  const rowsAt = (columns: number): string[] => {
    picker.send({ kind: "resize", size: { columns, rows: 16 } });
    return text(render(picker.state, { ...contextOf(["git push"]), doubts })).map((row) =>
      row.trim()
    );
  };
  assert.deepEqual(rowsAt(80).slice(1, 4), [
    "nothing matches: enter keeps what you typed",
    'no command of the host "zzz" is known; is zz meant?',
    "and more",
  ]);
  assert.deepEqual(rowsAt(20).slice(1, 8), [
    "nothing matches:",
    "enter keeps what",
    "you typed",
    "no command of the",
    'host "zzz" is',
    "known; is zz",
    "meant?",
  ]);
});

Deno.test("render() shows a command without its runs", () => {
  const picker = new PickerHarness(["git push"]);
  const context = { ...contextOf(["git push"]), latest: () => undefined };
  assert.match(text(render(picker.state, context))[1]!, /git push/);
});

Deno.test("render() starts a long command where it matches", () => {
  const command = `echo ${"a".repeat(200)} needle ${"b".repeat(200)}`;
  const picker = new PickerHarness([command], { query: "needle" });
  const row = text(render(picker.state, contextOf([command])))[1]!;
  assert.match(row, /…a+ n ?eedle|…a+ needle/);
});

Deno.test("render() shows all of a command of many lines in the preview", () => {
  const command = "for f in *; do\n  echo $f\ndone";
  const picker = new PickerHarness([command], { size: { columns: 80, rows: 24 } });
  const rows = text(render(picker.state, contextOf([command])));
  assert.match(rows[1]!, /do↵ echo/);
  const rule = rows.findIndex((row) => row.includes("──"));
  assert.deepEqual(rows.slice(rule + 1, rule + 4), ["for f in *; do", " echo $f", "done"]);
});

Deno.test("render() names mode, filters and counts", () => {
  const picker = new PickerHarness(["a", "b"]);
  picker.press("f3", "f7", "ctrl-t");
  const row = text(render(picker.state, contextOf(["a", "b"])))[0]!;
  assert.match(row, /substring, this host, ok only 2\/2/);
});

Deno.test("render() puts the newest next to the query line below when the list grows upwards", () => {
  const size = { columns: 60, rows: 6 };
  const picker = new PickerHarness(["newest", "older"], { size, upward: true });
  const frame = render(picker.state, contextOf(["newest", "older"]));
  const rows = text(frame);
  assert.deepEqual([rows[0], rows[1]], ["", ""]);
  assert.match(rows[2]!, /older/);
  assert.match(rows[3]!, /newest/);
  assert.match(rows[4]!, /fuzzy, all/);
  assert.equal(frame.cursor?.row, 4);
});

Deno.test("render() asks before it deletes, with the number of runs", () => {
  const picker = new PickerHarness(["rm \x1b[1mx"]);
  picker.press("ctrl-d");
  const frame = render(picker.state, contextOf(["rm \x1b[1mx"]));
  assert.match(
    text(frame).at(-1)!,
    /Delete all 3 runs\? y on all devices, h only here, n rm ␛/,
  );
  assert.equal(frame.cursor, undefined);
});

Deno.test("render() names the keys of that question on the narrowest terminal, too", () => {
  const picker = new PickerHarness(["rm x"], { size: { columns: 20, rows: 6 } });
  picker.press("ctrl-d");
  assert.match(text(render(picker.state, contextOf(["rm x"]))).at(-1)!, /Delete 3\? y\/h\/n rm…/);
});

Deno.test("render() sums the runs up in the details", () => {
  const picker = new PickerHarness(["make"]);
  picker.press("ctrl-o");
  const run = { startedAtMs: NOW, durationMs: 4200, exitCode: 2, hostname: "pi.lan", cwd: "/srv" };
  const runs = { command: "make", total: 4, failed: 1, firstMs: NOW, lastMs: NOW, runs: [run] };
  picker.send({ kind: "runs", line: 0, runs });
  const all = text(render(picker.state, contextOf(["make"]))).join("\n");
  assert.match(all, /ran 4 times, failed 1 \(25 %\)/);
  assert.match(all, / 2 4\.2s pi:\/srv/);
});

Deno.test("render() uses no colour with the theme for NO_COLOR", () => {
  const picker = new PickerHarness(HOSTILE, { query: "e" });
  for (const key of ["down", "ctrl-d", "f1", "ctrl-o"]) {
    picker.press(key);
    const rows = render(picker.state, contextOf(HOSTILE, { exitCode: 1 }, NO_COLOURS)).rows;
    // deno-lint-ignore no-control-regex -- looking for styles
    for (const [, style] of rows.join("").matchAll(/\x1b\[([\d;]*)m/g)) {
      assert.match(style!, /^(0|1|4|7)(;(1|4|7))*$/);
    }
  }
});

/** Columns a row takes: jumps to a column count from there. */
function columnsOf(row: string): number {
  let most = 0;
  let at = 0;
  // deno-lint-ignore no-control-regex -- taking styles and jumps apart
  for (const part of row.split(/(\x1b\[\d+G)/)) {
    // deno-lint-ignore no-control-regex -- as above
    const jump = /^\x1b\[(\d+)G$/.exec(part);
    // deno-lint-ignore no-control-regex -- as above
    at = jump ? Number(jump[1]) - 1 : at + textWidth(part.replace(/\x1b\[[\d;]*m/g, ""));
    most = Math.max(most, at);
  }
  return most;
}

function assertFits(state: PickerState, frame: Frame): void {
  assert.ok(frame.rows.length <= state.size.rows, `${frame.rows.length} rows`);
  for (const row of frame.rows) {
    assert.ok(columnsOf(row) <= state.size.columns, `${columnsOf(row)}: ${JSON.stringify(row)}`);
    // deno-lint-ignore no-control-regex -- what is left must be harmless
    const rest = row.replace(/\x1b\[[\d;]*[mG]/g, "");
    // deno-lint-ignore no-control-regex -- as above
    assert.doesNotMatch(rest, /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
  }
}

Deno.test("render() keeps to the terminal and lets no control character through (property)", () => {
  const command = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary" }));
  const keys = fc.constantFrom(
    "'e'",
    "'한'",
    "'👍🏽'",
    "down",
    "ctrl-d",
    "f1",
    "ctrl-o",
    "left",
    "f7",
  );
  const size = fc.record({ columns: fc.integer({ min: 1, max: 140 }), rows: fc.nat(40) });
  const inputs = fc.array(fc.oneof(keys, size), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(command, { maxLength: 8 }), inputs, command, (commands, all, other) => {
      const upward = other.length % 2 === 0;
      const picker = new PickerHarness(commands, { query: other.slice(0, 300), upward });
      const latest = { hostname: other, cwd: other, exitCode: -2147483648, durationMs: 1e15 };
      const context = contextOf(commands, latest, COLOURS);
      for (const input of all) {
        if (typeof input === "string") picker.press(input);
        else picker.send({ kind: "resize", size: input });
        const runs = { command: other, total: 2, failed: 1, firstMs: -1e15, lastMs: 1e17 };
        const details = { ...runs, runs: [{ ...context.latest(0)!, startedAtMs: 1e17 }] };
        if (picker.state.view.kind === "details") {
          picker.send({ kind: "runs", line: picker.state.view.line, runs: details });
        }
        assertFits(picker.state, render(picker.state, context));
      }
    }),
    { numRuns: 150 },
  );
});
