import assert from "node:assert/strict";
import { copyCommand } from "../../src/cli/picker/copy_command.ts";
import { clipboard } from "../../src/picker/render/clipboard.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

/** What is written to the terminal, and where the command is said to have gone. */
async function copied(
  command: string,
  env: Readonly<Record<string, string>>,
  program?: string,
): Promise<[string, string]> {
  let written = "";
  const terminal = { write: (text: string): void => void (written += text) };
  const to = await copyCommand({ env: (name) => env[name] }, terminal, command, program);
  return [to, written];
}

const ASKED = "\x1b]52;c;w6k=\x07";
const ASKED_THROUGH_TMUX = `${ASKED}\x1bPtmux;\x1b\x1b]52;c;w6k=\x07\x1b\\`;

Deno.test("a command is put on the clipboard of the terminal", async () => {
  assert.deepEqual(await copied("é", { TERM: "xterm-256color" }), ["clipboard", ASKED]);
});

Deno.test("GNU screen is made to pass it on, in pieces", async () => {
  const [to, written] = await copied("x".repeat(2000), { TERM: "screen.xterm" });
  const whole = clipboard("x".repeat(2000))!;
  assert.equal(to, "clipboard");
  assert.ok(written.startsWith(whole));
  const pieces = written.slice(whole.length).split("\x1b\\");
  assert.equal(pieces.pop(), "");
  assert.ok(pieces.every((piece) => piece.startsWith("\x1bP") && piece.length <= 258));
  assert.equal(pieces.map((piece) => piece.slice(2)).join(""), whole);
});

Deno.test("tmux is given it itself, as that keeps to itself what a program asks the terminal for", async () => {
  using world = new FakeWorld();
  const program = `${world.home}/tmux`;
  const script = `#!/bin/sh\n{ echo "$TMUX $*"; cat; } >${world.home}/given\n`;
  await Deno.writeTextFile(program, script, { mode: 0o700 });
  const env = { TMUX: "/tmp/s ock,7,0", TERM: "screen" };
  assert.deepEqual(await copied("echo é\nx", env, program), ["tmux", ""]);
  assert.equal(
    await Deno.readTextFile(`${world.home}/given`),
    "/tmp/s ock,7,0 load-buffer -w -\necho é\nx",
  );
});

Deno.test("where tmux cannot be asked, it is told what would help", async () => {
  for (const program of ["/nowhere/tmux", "false"]) {
    const answer = await copied("é", { TMUX: "/tmp/x,7,0" }, program);
    assert.deepEqual(answer, ["ignorant-tmux", ASKED_THROUGH_TMUX]);
  }
  // The hook of an older rr says that there is a tmux, but not where; another machine not even that.
  const unknown = ["ignorant-tmux", ASKED_THROUGH_TMUX];
  assert.deepEqual(await copied("é", { TMUX: "" }, "true"), unknown);
  assert.deepEqual(await copied("é", { TERM: "tmux-256color" }), unknown);
});

Deno.test("what no terminal takes is not said to be copied", async () => {
  assert.deepEqual(await copied("x".repeat(60_000), { TERM: "xterm" }), ["nowhere", ""]);
});
