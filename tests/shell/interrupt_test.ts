/** Ctrl-c on the heels of a command, and lines that are typed ahead: nothing that ran is lost. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import { bashHook } from "../../src/shell/hook_bash.ts";
import { Shell, type ShellName, SHELLS } from "./_shell.ts";

const STORM = 12;
// A line may be lost to the ctrl-c before it: the terminal throws away what was typed.
const LOST_AFTER_MS = 500;

function whatRan(shell: Shell): string[] {
  try {
    return Deno.readTextFileSync(`${shell.home}/ran`).trim().split("\n");
  } catch {
    return [];
  }
}

async function untilRan(shell: Shell, number: string, withinMs = LOST_AFTER_MS): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!whatRan(shell).includes(number) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

// Each record once, as taking them in has it: what was interrupted is written again, with the same key.
function recordedOnce(shell: Shell): string[] {
  const byId = new Map(
    shell.records().map((one) => [`${one.key} ${one.startedAtMs}`, one.command]),
  );
  return [...byId.values()];
}

for (const name of SHELLS) {
  Deno.test(`${name} hook: loses nothing and shows nothing when ctrl-c comes on the heels of commands`, async () => {
    await using shell = await Shell.open(name);
    for (let i = 0; i < STORM; i++) {
      await shell.type(`echo ${i} >>ran\r`);
      await untilRan(shell, `${i}`);
      await shell.type("\x03");
      if (i % 3 === 0) await shell.type("\x03");
      await shell.idle();
    }
    await shell.type("echo end >>ran\r");
    await untilRan(shell, "end", PATIENCE_MS);
    await shell.idle();
    const ran = whatRan(shell);
    assert.equal(ran.at(-1), "end");
    const recorded = recordedOnce(shell);
    for (const number of ran) {
      const command = `echo ${number} >>ran`;
      assert.equal(recorded.filter((one) => one === command).length, 1, command);
    }
    assert.doesNotMatch(shell.output, /rustory/);
  });
}

Deno.test("bash hook: assigns no list in parentheses, where ctrl-c would end bash or run rubbish", () => {
  const script = bashHook({ folder: "/f", program: ["deno", "rr"], upArrow: true, door: "/d" });
  assert.doesNotMatch(script, /(?:^|[\s;&({])\w+(?:\[[^\]]*\])?\+?=\((?!\()/m);
});

// A hook of somebody else that takes its time, in front of ours: ctrl-c ends them all.
const SLOW: Partial<Record<ShellName, string>> = {
  zsh: `slow() { if [[ -n $wait ]]; then print -n "{slow}"; sleep 60; fi; }
precmd_functions=(slow $precmd_functions)`,
  fish: `function slow --on-event fish_postexec
  if test -n "$wait"; printf "{slow}"; sleep 60; end
end`,
};
for (const [name, before] of Object.entries(SLOW) as [ShellName, string][]) {
  Deno.test(`${name} hook: keeps a command behind which another hook was ended by ctrl-c`, async () => {
    await using shell = await Shell.open(name, name === "zsh" ? { after: before } : { before });
    const start = name === "fish" ? "set wait 1" : "wait=1";
    const end = name === "fish" ? "set -e wait" : "wait=";
    for (const command of [start, "echo a", "echo b"]) {
      const from = shell.output.length;
      await shell.type(`${command}\r`);
      await shell.screen("{slow}", from);
      await shell.runs("sleep");
      const before = shell.output.length;
      await shell.type("\x03");
      await shell.screen("<@> ", before);
      await shell.idle();
    }
    const from = shell.output.length;
    await shell.type(`${end}\r`);
    await shell.screen("<@> ", from);
    await shell.idle();
    assert.deepEqual(recordedOnce(shell), [start, "echo a", "echo b", end]);
  });
}

Deno.test("bash hook: records each line that is typed ahead while the clock turns to another second", async () => {
  // bash's own times come from a coarser clock, by which a new line may seem older than the prompt.
  // What is noted is put away every so many commands, under any options.
  const before = "bind 'set enable-bracketed-paste off'; set -au";
  await using shell = await Shell.open("bash", { before });
  const until = Date.now() + 3_500;
  const typed: string[] = [];
  while (Date.now() < until) {
    const lines = Array.from({ length: 50 }, (_, i) => `: ${typed.length + i}`);
    typed.push(...lines);
    await shell.type(`${lines.join("\r")}\r`);
    await shell.screen(`: ${typed.length - 5}`);
  }
  const from = shell.output.length;
  await shell.type("echo over$((1+1))\r");
  await shell.screen("\nover2", from);
  await shell.screen("<@> ", shell.output.indexOf("\nover2", from));
  await shell.idle();
  assert.deepEqual(shell.commands(), [...typed, "echo over$((1+1))"]);
});
