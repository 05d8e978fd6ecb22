/** The hooks in real shells: what people type, and what must be recorded of it. */
import assert from "node:assert/strict";
import { Shell, type ShellName, SHELLS, timed } from "./_shell.ts";

// The shells wait more than they work, so they run side by side.
function each(what: string, run: (name: ShellName) => Promise<void>, names = SHELLS): void {
  Deno.test(`${names.join(", ")} hook: ${what}`, async () => {
    const results = await Promise.allSettled(names.map(run));
    const failed = results.flatMap((result, i) =>
      result.status === "rejected" ? [new Error(names[i], { cause: result.reason })] : []
    );
    if (failed.length > 0) throw failed.length > 1 ? new AggregateError(failed) : failed[0];
  });
}

each("records text, start, duration, status, folder, shell and host", async (name) => {
  await using shell = await Shell.open(name);
  const before = Date.now();
  await shell.run("cd /");
  const tookFail = await timed(() => shell.run("sleep 0.2; sh -c 'exit 3'"));
  const tookOk = await timed(() => shell.run("true"));
  const [cd, fail, ok] = shell.records();
  assert.deepEqual([cd!.cwd, fail!.cwd], [Deno.realPathSync(shell.home), "/"]);
  assert.deepEqual([cd!.exitCode, fail!.exitCode, ok!.exitCode], [0, 3, 0]);
  assert.equal(fail!.command, "sleep 0.2; sh -c 'exit 3'");
  assert.ok(fail!.durationMs >= 200 && fail!.durationMs <= tookFail, `${fail!.durationMs} ms`);
  assert.ok(ok!.durationMs <= tookOk, `${ok!.durationMs} of ${tookOk} ms`);
  assert.equal(fail!.shell, name);
  assert.equal(fail!.hostname, Deno.hostname());
  assert.equal(new Set([cd!.key, fail!.key, ok!.key]).size, 3);
  for (const { startedAtMs } of shell.records()) {
    assert.ok(startedAtMs >= before - 50 && startedAtMs <= Date.now() + 50, `${startedAtMs}`);
  }
  assert.ok(fail!.startedAtMs + fail!.durationMs <= ok!.startedAtMs + 30);
});

const HOSTILE: Record<string, string> = {
  "several lines": "for i in 1 2\ndo echo $i\ndone",
  "a here-document": "cat <<'END'\n  two $words\n\n\tand a tab\nEND",
  "quotes": `echo "a'b" 'c"d' e\\ f`,
  "format characters": "printf '%s %d%%\\n' x 5; echo '\\0\\x1e!'",
  "an emoji and combining marks": "echo '🚀 e\u0301 한글'",
  "a leading dash": "-x",
  "a subshell": "(exit 7)",
  "a pipeline": "printf 'b\\na\\n' | sort | head -n 1",
  "a trailing backslash pair": "echo a\\\\",
  "a loop in one line": "for i in 1 2 3; do true; done",
  "a comment behind": "echo a # b",
  "control characters": "echo 'a\x01\x1e\x7fb'",
  "a NUL-like text": "echo 'a\\0b'",
};

const FISH: Record<string, string> = {
  "several lines": "for i in 1 2\n    echo $i\nend",
  "a subshell": "begin; false; end",
  "a loop in one line": "for i in 1 2 3; true; end",
  "a here-document": "echo 'two\n\n  lines'",
};

// What a shell itself makes of them: bash's history holds a compound command in one line and a
// here-document with its newline; fish drops pasted control characters.
const AS_KEPT: Record<ShellName, Record<string, string>> = {
  zsh: {},
  bash: {
    "several lines": "for i in 1 2; do echo $i; done",
    "a here-document": `${HOSTILE["a here-document"]}\n`,
  },
  fish: { "control characters": "echo 'ab'" },
};

each("records what is hard to write down, exactly", async (name) => {
  await using shell = await Shell.open(name);
  const commands = Object.entries(name === "fish" ? { ...HOSTILE, ...FISH } : HOSTILE);
  for (const [, command] of commands) await shell.run(command);
  assert.deepEqual(
    shell.commands(),
    commands.map(([what, command]) => AS_KEPT[name][what] ?? command),
  );
});

each("records lines of 100 kB and bytes that are not UTF-8", async (name) => {
  await using shell = await Shell.open(name);
  const long = `: ${"x".repeat(100_000)}`;
  await shell.run(long);
  const bytes = Uint8Array.from([...new TextEncoder().encode("echo '"), 0xff, 0xc3, 0x28, 0x27]);
  await shell.run(bytes);
  const [first, second] = shell.records();
  assert.equal(first!.command, long);
  // fish does not let them in.
  assert.equal(second!.command, name === "fish" ? "echo ''" : "echo '\ufffd\ufffd('");
});

each("records nothing for an empty line, ctrl-c or a leading blank", async (name) => {
  await using shell = await Shell.open(name);
  await shell.line("");
  await shell.line(" echo hidden");
  const from = shell.output.length;
  await shell.type("echo not-run");
  await shell.screen("run", from);
  await shell.idle();
  await shell.type("\x03");
  if (name === "fish") await shell.screen("^C", from);
  // fish stays at the same prompt.
  if (name === "fish") await shell.type("\r");
  await shell.prompt();
  await shell.line("echo seen");
  assert.deepEqual(shell.commands(), ["echo seen"]);
  assert.ok(!Deno.readTextFileSync(`${shell.spool}/${shell.spoolFiles()[0]}`).includes("hidden"));
});

each("records a command that was interrupted", async (name) => {
  await using shell = await Shell.open(name);
  const took = await timed(async () => {
    await shell.type("sleep 300\r");
    await shell.runs("sleep");
    await shell.type("\x03");
    await shell.prompt();
  });
  const [one] = shell.records();
  assert.deepEqual([one!.command, one!.exitCode], ["sleep 300", 130]);
  assert.ok(one!.durationMs <= took, `${one!.durationMs} of ${took} ms`);
});

each("records a background job when the prompt is back", async (name) => {
  await using shell = await Shell.open(name);
  await shell.line("sleep 0.01 &");
  await shell.line("wait");
  assert.deepEqual(shell.commands(), ["sleep 0.01 &", "wait"]);
});

each("leaves the screen as it is without it", async (name) => {
  const typed = ["echo a; false", "", " echo b", "echo c | cat", "(exit 4)", "umask"];
  const screens: string[] = [];
  for (const hook of [true, false]) {
    await using shell = await Shell.open(name, { hook });
    for (const line of typed) await shell.line(line);
    screens.push(shell.output.slice(0, shell.output.lastIndexOf("\x1b]777;")));
  }
  assert.equal(screens[0], screens[1]);
}, ["zsh", "bash"]);

each("leaves status, pipe statuses and the last argument alone", async (name) => {
  await using shell = await Shell.open(name);
  const all = name === "fish" ? "$status" : "$?";
  await shell.line(name === "fish" ? "sh -c 'exit 5'" : "(exit 5)");
  assert.ok((await shell.line(`echo "<${all}>"`)).includes("<5>"));
  await shell.line("false | true | sh -c 'exit 9'");
  const statuses = { bash: "${PIPESTATUS[*]}", zsh: "$pipestatus", fish: "$pipestatus" }[name];
  assert.ok((await shell.line(`echo "<${statuses}>"`)).includes("<1 0 9>"));
  if (name === "fish") return;
  await shell.line("echo one two");
  assert.match(await shell.line('echo "<$_>"'), /^<two>/m);
  assert.match(await shell.line("echo $-; set -o | grep -c xtrace"), /^1/m);
});

each("works where unset variables are errors", async (name) => {
  await using shell = await Shell.open(name, { before: "set -u" });
  await shell.line("echo a");
  await shell.line("echo b");
  assert.deepEqual(shell.commands(), ["echo a", "echo b"]);
  assert.doesNotMatch(shell.output, /unbound|parameter not set/);
}, ["zsh", "bash"]);

each("is harmless when it is sourced twice", async (name) => {
  await using shell = await Shell.open(name, { after: "source $HOME/hook" });
  await shell.line("source ~/hook");
  await shell.line("echo a");
  assert.deepEqual(shell.commands(), ["source ~/hook", "echo a"]);
  assert.equal(shell.spoolFiles().length, 1);
});

each("gives a nested shell a session of its own", async (name) => {
  await using shell = await Shell.open(name);
  await shell.line("echo outer");
  const rcfile = name === "bash" ? `--rcfile ${shell.home}/.bashrc` : "";
  // The inner shell counts its prompts from 1 again.
  const from = shell.output.length;
  await shell.type(`${name} ${rcfile}\r`);
  await shell.screen("\x1b]777;1\x07", from);
  await shell.screen("<@> ", from + 20);
  await shell.type("echo inner\r");
  await shell.screen("\x1b]777;2\x07", from);
  await shell.type("exit\r");
  await shell.prompt();
  await shell.line("echo outer again");
  assert.equal(shell.spoolFiles().length, 2);
  const commands = shell.commands();
  for (const command of ["echo outer", "echo inner", "echo outer again"]) {
    assert.ok(commands.includes(command), command);
  }
});

each("records nothing while RUSTORY_HOOK_DISABLE is set or recording is paused", async (name) => {
  await using shell = await Shell.open(name);
  await shell.line(
    name === "fish" ? "set -gx RUSTORY_HOOK_DISABLE 1" : "export RUSTORY_HOOK_DISABLE=1",
  );
  await shell.line("echo one");
  await shell.line(name === "fish" ? "set -e RUSTORY_HOOK_DISABLE" : "unset RUSTORY_HOOK_DISABLE");
  await shell.line("rr pause");
  await shell.line("echo two");
  await shell.line("rr resume");
  // Whatever else is said goes to the program, which explains itself.
  await shell.line("rr pause --help");
  await shell.line("echo three");
  const commands = shell.commands().filter((c) => c.startsWith("echo"));
  assert.deepEqual(commands, ["echo three"]);
});

each("is gone after --uninstall", async (name) => {
  const { BASH_UNINSTALL } = await import("../../src/shell/hook_bash.ts");
  const { FISH_UNINSTALL } = await import("../../src/shell/hook_fish.ts");
  const { ZSH_UNINSTALL } = await import("../../src/shell/hook_zsh.ts");
  const script = { bash: BASH_UNINSTALL, fish: FISH_UNINSTALL, zsh: ZSH_UNINSTALL }[name];
  await using shell = await Shell.open(name);
  Deno.writeTextFileSync(`${shell.home}/uninstall`, script);
  await shell.line("echo a");
  await shell.line("source ~/uninstall");
  await shell.line("echo b");
  assert.ok(!shell.commands().includes("echo b"));
  const rest = name === "fish"
    ? "set -n | grep -c rustory; functions -na | grep -c rustory; bind | grep -c rustory"
    : "set | grep -ac '^_*rustory'; env | grep -c RUSTORY";
  assert.doesNotMatch(await shell.line(rest), /^[1-9]/m);
});

each("writes a file that only its owner can read, and leaves the umask", async (name) => {
  await using shell = await Shell.open(name, { before: "umask 000" });
  await shell.line("echo a");
  const [file] = shell.spoolFiles();
  assert.equal(Deno.statSync(`${shell.spool}/${file}`).mode! & 0o777, 0o600);
  assert.match(await shell.line("umask"), /0?000\r/);
  // The intake renames the file away: the next one is private too.
  Deno.removeSync(`${shell.spool}/${file}`);
  await shell.line("echo b");
  assert.equal(Deno.statSync(`${shell.spool}/${file}`).mode! & 0o777, 0o600);
});

each("says nothing and goes on when the spool cannot be written", async (name) => {
  await using shell = await Shell.open(name);
  Deno.removeSync(shell.spool, { recursive: true });
  const screen = await shell.line("echo a");
  assert.doesNotMatch(screen, /No such|cannot|error/i);
  assert.match(await shell.line("echo b"), /b\r\n/);
  Deno.mkdirSync(shell.spool, { mode: 0o700 });
  await shell.line("echo c");
  assert.deepEqual(shell.commands(), ["echo c"]);
});

each("records the line that ends the shell", async (name) => {
  await using shell = await Shell.open(name);
  await shell.line("echo a");
  await shell.type("true; exit 3\r");
  assert.equal(await shell.ended(), 3);
  const last = shell.records().at(-1)!;
  assert.deepEqual([last.command, last.exitCode], ["true; exit 3", 3]);
}, ["zsh", "fish"]);

each("records an exec before the shell is replaced", async (name) => {
  await using shell = await Shell.open(name);
  await shell.type("exec sh -c 'exit 6'\r");
  assert.equal(await shell.ended(), 6);
  assert.deepEqual(shell.commands(), ["exec sh -c 'exit 6'"]);
}, ["zsh", "fish"]);

for (const name of SHELLS) {
  Deno.test(`${name} hook: a signal ends the shell: with which status its last command ended is unknown`, async () => {
    await using shell = await Shell.open(name);
    await shell.line("false");
    const line = `kill -HUP ${name === "fish" ? "$fish_pid" : "$$"}`;
    await shell.type(`${line}\r`);
    await shell.ended();
    const records = shell.records().map(({ command, exitCode }) => [command, exitCode]);
    assert.deepEqual(records, [["false", 1], [line, -1]]);
  });
}

each(
  "records again, and as before, where a file could not be written for a while",
  async (name) => {
    await using shell = await Shell.open(name);
    await shell.line("echo a");
    const taken = Array.from(Deno.readDirSync(shell.spool))
      .find((entry) => entry.name.endsWith(".spool"));
    const file = `${shell.spool}/${taken?.name}`;
    Deno.renameSync(file, `${shell.home}/before`);
    Deno.mkdirSync(file);
    await shell.line("echo lost");
    Deno.removeSync(file);
    for (const line of ["echo b", "false", "echo c"]) await shell.line(line);
    assert.deepEqual(
      shell.records().map(({ command, exitCode }) => [command, exitCode]),
      [["echo b", 0], ["false", 1], ["echo c", 0]],
    );
    assert.doesNotMatch(shell.output, /__rustory/);
  },
);
