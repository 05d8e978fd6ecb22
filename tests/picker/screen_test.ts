import assert from "node:assert/strict";
import { fullScreen, inline, paint, type Surface } from "../../src/picker/render/paint.ts";
import { type Frame, render } from "../../src/picker/render/render.ts";
import { contextOf, PickerHarness } from "./_harness.ts";
import { Screen } from "./_screen.ts";

const COMMANDS = ["git push origin", "echo 한국어", "ls -la", "make\ntest"];

function drawn(picker: PickerHarness, surface: Surface, before?: Frame): [string, Frame] {
  const frame = render(picker.state, contextOf(picker.commands));
  return [paint(frame, before, surface), frame];
}

Deno.test("the screen shows the query, the commands and the selection inverse", async () => {
  using screen = new Screen(60, 12);
  const picker = new PickerHarness(COMMANDS, { size: { columns: 60, rows: 12 } });
  const surface = fullScreen({ marksPastes: true });
  const [first, frame] = drawn(picker, surface);
  await screen.write(surface.open(12) + first);
  assert.equal(screen.isAlternate(), true);
  assert.match(screen.rows()[0]!, /^>\s+fuzzy, all {2}4\/4$/);
  assert.match(screen.rows()[2]!, /echo 한국어/);
  assert.equal(screen.styles(1).inverse, "git push origin");
  picker.press("'l'", "'s'");
  await screen.write(drawn(picker, surface, frame)[0]);
  assert.match(screen.rows()[0]!, /^> ls/);
  assert.match(screen.rows()[1]!, /ls -la/);
  assert.equal(screen.styles(1).inverse, "ls -la");
  assert.match(screen.styles(1).bold, /ls/);
  assert.deepEqual(screen.cursor(), { x: 4, y: 0 });
  assert.doesNotMatch(screen.rows().join("\n"), /git push/);
});

Deno.test("the screen is what it would be had it been drawn whole, after any change", async () => {
  using screen = new Screen(70, 14);
  const picker = new PickerHarness(COMMANDS, { size: { columns: 70, rows: 14 } });
  const surface = fullScreen({ marksPastes: true });
  let [bytes, frame] = drawn(picker, surface);
  await screen.write(surface.open(14) + bytes);
  for (
    const key of ["down", "'e'", "f1", "escape", "'zz'", "backspace", "ctrl-d", "'n'", "ctrl-u"]
  ) {
    picker.press(key);
    [bytes, frame] = drawn(picker, surface, frame);
    await screen.write(bytes);
    using whole = new Screen(70, 14);
    await whole.write(surface.open(14) + drawn(picker, surface)[0]);
    assert.deepEqual(screen.rows(), whole.rows(), key);
    assert.deepEqual(screen.cursor(), whole.cursor(), key);
  }
});

for (const lineOfPrompt of [0, 5, 19]) {
  Deno.test(`inline() draws below a prompt in row ${lineOfPrompt} and leaves it as it was`, async () => {
    using screen = new Screen(60, 20);
    const picker = new PickerHarness(COMMANDS, { size: { columns: 60, rows: 9 } });
    for (let i = 0; i < lineOfPrompt; i++) await screen.write(`output ${i}\r\n`);
    await screen.write("host:~ % git pu");
    const surface = inline({ marksPastes: true });
    await screen.write(surface.open(9) + drawn(picker, surface)[0]);
    const rows = screen.rows();
    const prompt = rows.findIndex((row) => row === "host:~ % git pu");
    assert.ok(prompt >= 0, rows.join("\n"));
    assert.match(rows[prompt + 1]!, /^> /);
    assert.match(rows[prompt + 2]!, /git push origin/);
    await screen.write(surface.close());
    assert.deepEqual(screen.cursor(), { x: 0, y: prompt });
    assert.ok(screen.rows().slice(prompt + 1).every((row) => row === ""));
    const last = lineOfPrompt === 0 ? [] : [`output ${lineOfPrompt - 1}`];
    assert.deepEqual(screen.rows().slice(Math.max(0, prompt - 1), prompt), last);
  });
}

for (const upward of [false, true]) {
  for (const [columns, rows] of [[60, 34], [60, 16], [90, 20], [40, 20]] as const) {
    Deno.test(`inline() loses nothing when the terminal becomes ${columns}x${rows}${upward ? ", upwards" : ""}`, async () => {
      using screen = new Screen(60, 20);
      const picker = new PickerHarness(COMMANDS, { size: { columns: 60, rows: 12 }, upward });
      const output = Array.from({ length: 30 }, (_, i) => `output ${i}`);
      await screen.write(`${output.join("\r\n")}\r\n% `);
      const surface = inline({ marksPastes: false });
      await screen.write(surface.open(12) + drawn(picker, surface)[0]);
      screen.resize(columns, rows);
      picker.send({ kind: "resize", size: { columns, rows: 10 } });
      await screen.write(surface.reopen(10) + drawn(picker, surface)[0] + surface.close());
      const left = screen.all().filter((row) => row !== "");
      // This emulator loses track of its own cursor when it breaks rows anew.
      const isNarrower = columns < 60;
      assert.deepEqual(isNarrower ? left.slice(0, 31) : left, [...output, "%"]);
    });
  }
}

Deno.test("fullScreen() gives the screen back", async () => {
  using screen = new Screen(40, 10);
  await screen.write("before\r\n% ");
  const picker = new PickerHarness(COMMANDS, { size: { columns: 40, rows: 10 } });
  const surface = fullScreen({ marksPastes: true });
  await screen.write(surface.open(10) + drawn(picker, surface)[0] + surface.close());
  assert.equal(screen.isAlternate(), false);
  assert.deepEqual(screen.rows().slice(0, 2), ["before", "% "]);
  assert.deepEqual(screen.cursor(), { x: 2, y: 1 });
});

Deno.test("text that a terminal makes wider than we think does not wrap", async () => {
  using screen = new Screen(20, 6);
  const commands = ["👨‍👩‍👧".repeat(20), "❤️".repeat(30), "한".repeat(40)];
  const picker = new PickerHarness(commands, { size: { columns: 20, rows: 6 } });
  const surface = fullScreen({ marksPastes: true });
  await screen.write(surface.open(6) + drawn(picker, surface)[0]);
  assert.match(screen.rows()[1]!, /👨/);
  assert.match(screen.rows()[2]!, /❤/);
  assert.match(screen.rows()[3]!, /한/);
});
