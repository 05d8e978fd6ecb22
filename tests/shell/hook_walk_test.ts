/** Up and Down in real shells: through what a daemon knows, or as the shell has it. */
import assert from "node:assert/strict";
import { Door, goneAfter, hang, type Manner, OddPort } from "./_door.ts";
import { Shell, type ShellName, type ShellOptions, SHELLS } from "./_shell.ts";

const UP = "\x1b[A";
const DOWN = "\x1b[B";
const LOOP = "for_all() {\n  true\n}";

/** Presses the keys, runs the line, and gives the command. */
async function entered(shell: Shell, ...keys: readonly string[]): Promise<string | undefined> {
  const before = shell.commands().length;
  await shell.line(keys.join(""));
  const commands = shell.commands().slice(before);
  assert.ok(commands.length <= 1, commands.join("\n"));
  return commands[0];
}

async function open(name: ShellName, options: ShellOptions): Promise<Shell> {
  const shell = await Shell.open(name, { upArrow: true, ...options });
  await shell.line("true 0");
  return shell;
}

for (const name of SHELLS) {
  Deno.test(`${name} hook: Up goes back in the line, Down comes back, what was typed begins them and stays`, async () => {
    const past = ["true 5", "echo e4", "true 3", "echo e2", "true 1"];
    await using door = await Door.open({ past });
    await using shell = await open(name, { door: door.path });
    assert.equal(await entered(shell, UP), "true 5");
    assert.equal(door.earliers[0]!.text, "");
    assert.equal(door.earliers[0]!.session, shell.spoolFiles()[0]!.replace(".spool", ""));
    assert.equal(await entered(shell, UP, UP, UP, UP, UP, UP, UP), "true 1", "the end is the end");
    assert.equal(await entered(shell, UP, UP, UP, DOWN), "echo e4");
    assert.equal(await entered(shell, "ec", UP, UP), "echo e2");
    assert.equal(door.earliers.at(-1)!.text, "ec");
    assert.equal(await entered(shell, "echo kept", UP, DOWN, DOWN), "echo kept");
    assert.equal(await entered(shell, "ec", UP, DOWN, "ho typed"), "echo typed");
    assert.equal(
      await entered(shell, UP, UP, "; true", UP),
      "echo e4; true",
      "an edited line is kept",
    );
  });

  Deno.test(`${name} hook: Up moves within a text of several lines before it goes back`, async () => {
    const past = [LOOP, "echo before", "echo long ago"];
    await using door = await Door.open({
      past: name === "fish" ? past.with(0, "begin\n  true\nend") : past,
    });
    await using shell = await open(name, { door: door.path });
    assert.equal(await entered(shell, UP, UP, UP, UP), "echo before");
    assert.equal(
      await entered(shell, UP, UP, UP, UP, DOWN, DOWN),
      undefined,
      "back on the empty line",
    );
  });

  Deno.test(`${name} hook: without a daemon Up and Down are the shell's own`, async () => {
    await using door = await Door.open();
    await door.close();
    await using shell = await open(name, { door: door.path });
    await shell.line("true 1");
    assert.equal(await entered(shell, UP, UP, DOWN), "true 1");
    assert.equal(await entered(shell, UP, UP, UP), "true 0");
  });

  Deno.test(`${name} hook: a daemon that hangs is asked once, then Up is the shell's own`, async () => {
    await using port = new OddPort();
    await using shell = await open(name, { door: port.path });
    await shell.line("true 1");
    assert.equal(await entered(shell, UP, UP), "true 0");
    assert.deepEqual(port.heard, ["asked\0"]);
  });

  Deno.test(`${name} hook: Up says nothing to a stranger at the daemon's port`, async () => {
    const stranger: Manner = async (connection, note) => {
      await connection.write(new TextEncoder().encode("other\0=rm -rf x\0.\0"));
      await hang(connection, note);
    };
    await using port = new OddPort(stranger);
    await using shell = await open(name, { door: port.path });
    assert.equal(await entered(shell, "tr", UP), "true 0");
    assert.deepEqual(port.heard, ["asked\0"]);
  });

  for (const words of [[], ["answered"], ["answered", "=one"]]) {
    Deno.test(`${name} hook: a daemon that goes away after ${words.length} words leaves Up and the shell alone`, async () => {
      await using port = new OddPort(goneAfter(...words));
      await using shell = await open(name, { door: port.path });
      await entered(shell, UP, UP);
      assert.equal(await entered(shell, "echo on"), "echo on");
    });
  }
}

const FORMER: Record<"zsh" | "bash", ShellOptions> = {
  zsh: {
    before: "autoload -Uz up-line-or-beginning-search; zle -N up-line-or-beginning-search",
    between: "bindkey '^[[A' up-line-or-beginning-search",
  },
  bash: { between: `bind '"\\e[A": history-search-backward'` },
};

for (const name of ["zsh", "bash"] as const) {
  Deno.test(`${name} hook: without a daemon Up does what it did before the hook`, async () => {
    await using door = await Door.open();
    await door.close();
    await using shell = await open(name, { door: door.path, ...FORMER[name] });
    await shell.line("echo other");
    assert.equal(await entered(shell, "tr", UP), "true 0");
    await shell.line("__rustory_uninstall");
    await shell.type(`tr${UP}`);
    await shell.screen("true 0", shell.output.lastIndexOf("__rustory_uninstall"));
  });
}

Deno.test("bash hook: a broken pipe does after Up what the user wants it to do", async () => {
  await using door = await Door.open({ past: ["true 5"] });
  await using shell = await open("bash", { door: door.path });
  const ask = "trap -p PIPE";
  const action = async (): Promise<string> => /'.*(?=\r\n)/.exec(await shell.line(ask))?.[0] ?? "";
  for (
    const [set, expected] of [["trap - PIPE", ""], [
      "trap 'echo \"p\"' PIPE",
      "'echo \"p\"' SIGPIPE",
    ]]
  ) {
    await shell.line(set!);
    assert.equal(await entered(shell, UP), "true 5");
    assert.equal(await action(), expected);
  }
});
