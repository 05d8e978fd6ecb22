/** Ctrl-r in real shells, with a stand-in for the picker. */
import assert from "node:assert/strict";
import { Door, goneAfter, OddPort } from "./_door.ts";
import { Shell, type ShellName, SHELLS } from "./_shell.ts";
import { denoFiles } from "../../src/world/deno.ts";

// Notes its words, draws on stderr, answers on stdout.
const RR = `#!/bin/sh
for word; do printf '%s\\n' "$word"; done >"$HOME/words"
printf 'session=%s\\n' "$RUSTORY_SESSION" >>"$HOME/words"
printf '[drawn]' >&2
[ -t 0 ] && [ -t 2 ] || echo no-terminal >>"$HOME/words"
[ -f "$HOME/answer" ] || exit 130
cat "$HOME/answer"
`;
const TRICKY = "printf '%s\\n' 'two\n  lines' \"q\" \\\\ é | cat";

async function pressed(name: ShellName, key: string, answer?: string): Promise<Shell> {
  const shell = await Shell.open(name, { rr: RR });
  if (answer !== undefined) Deno.writeTextFileSync(`${shell.home}/answer`, answer);
  await shell.type("ec");
  await shell.screen("c");
  await shell.idle();
  const from = shell.output.length;
  await shell.type(key);
  await shell.screen("[drawn]", from);
  await shell.idle();
  return shell;
}

function words(shell: Shell): string[] {
  return Deno.readTextFileSync(`${shell.home}/words`).trimEnd().split("\n");
}

for (const name of SHELLS) {
  Deno.test(`${name} hook: ctrl-r hands over the line and puts the answer on the prompt exactly`, async () => {
    await using shell = await pressed(name, "\x12", `edit\n${TRICKY}`);
    const [search, i, widget, ahead, query, session, ...rest] = words(shell);
    assert.deepEqual([search, i, widget, ahead], ["search", "-i", "--widget", "--ahead"]);
    assert.equal(query, "--query=ec");
    assert.match(session!, /^session=[0-9]+-[0-9]+-[0-9]+$/);
    assert.deepEqual(rest, []);
    assert.equal(shell.spoolFiles().length, 0, "not run yet");
    const from = shell.output.length;
    await shell.type("\r");
    await shell.prompt();
    assert.match(shell.output.slice(from), /two\r\n {2}lines\r\nq\r\n\\/);
    assert.deepEqual(shell.commands(), [TRICKY]);
  });

  Deno.test(`${name} hook: an answer with nothing behind it is taken whole, one with more without that`, async () => {
    const dotted = "echo a\n. /dev/null";
    await using older = await pressed(name, "\x12", `edit\n${dotted}`);
    await older.type("\r");
    await older.prompt();
    // bash takes it as two commands.
    assert.equal(older.commands().join("\n"), dotted);
    await using newer = await pressed(name, "\x12", "edit\necho a\n.\\040\\142");
    await newer.type("\r");
    await newer.prompt();
    assert.deepEqual(newer.commands(), ["echo a b"]);
  });

  Deno.test(`${name} hook: ctrl-r leaves the line as it was when nothing is chosen`, async () => {
    await using shell = await pressed(name, "\x12");
    await shell.type("ho kept\r");
    await shell.prompt();
    assert.deepEqual(shell.commands(), ["echo kept"]);
  });

  Deno.test(`${name} hook: ctrl-r runs a command to be run`, async () => {
    await using shell = await pressed(name, "\x12", "run\necho ran");
    await shell.prompt();
    assert.deepEqual(shell.commands(), ["echo ran"]);
  });

  for (const words of [[], ["answered"], ["answered", "ok"]]) {
    Deno.test(`${name} hook: a daemon that goes away after ${words.length} words leaves ctrl-r to the program`, async () => {
      await using port = new OddPort(goneAfter(...words));
      await using shell = await Shell.open(name, { rr: RR, door: port.path });
      Deno.writeTextFileSync(`${shell.home}/answer`, "run\necho ran");
      await shell.type("\x12");
      await shell.prompt();
      assert.equal(shell.commands().at(-1), "echo ran");
    });
  }

  Deno.test({
    name: `${name} hook: finds by itself which terminal it has`,
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      await using door = await Door.open();
      await using shell = await Shell.open(name, { rr: RR, door: door.path });
      const noting = `#!/bin/sh\n: >"$HOME/asked"\nexec /usr/bin/tty\n`;
      Deno.writeTextFileSync(`${shell.home}/bin/tty`, noting, { mode: 0o755 });
      await shell.line("/usr/bin/tty >$HOME/it; stat -Lc %d:%i /dev/stdin >>$HOME/it");
      // On a busy machine the door may answer too late, and the program is asked instead.
      for (let tries = 0; door.picks.length === 0 && tries < 20; tries++) {
        const from = shell.output.length;
        await shell.type("\x12");
        await shell.screen("[drawn]", from);
        await shell.idle();
      }
      const { tty, identity } = door.picks[0]!;
      assert.equal(Deno.readTextFileSync(`${shell.home}/it`), `${tty}\n${identity}\n`);
      const asked = denoFiles().stat(`${shell.home}/asked`) !== undefined;
      // bash does not look at more.
      assert.equal(asked, name === "bash" && !/^\/dev\/pts\/\d{1,2}$/.test(tty));
    },
  });

  Deno.test(`${name} hook: leaves Up alone unless asked, and rr goes to the program`, async () => {
    await using shell = await Shell.open(name, { rr: RR });
    await shell.line("echo one");
    await shell.type("\x1b[A");
    await shell.idle();
    await shell.type("\r");
    await shell.prompt();
    assert.deepEqual(shell.commands(), ["echo one", "echo one"]);
    await shell.line("rr stats --x 'a b'");
    assert.deepEqual(words(shell).slice(0, 3), ["stats", "--x", "a b"]);
  });
}

// What was typed behind the choice, in octal: "echo b", Enter, "echo c".
const TYPED = ".\\145\\143\\150\\157\\040\\142\\015\\145\\143\\150\\157\\040\\143";
for (const [choice, ran] of [["run\necho ran", "echo ran"], ["edit\necho ", "echo echo b"]]) {
  Deno.test(`fish hook: what is typed behind the Enter of ${ran} waits on the next prompt`, async () => {
    await using shell = await pressed("fish", "\x12", `${choice}\n${TYPED}`);
    await shell.prompt();
    await shell.screen("echo c");
    await shell.idle();
    await shell.type("\r");
    await shell.prompt();
    const waited = ran === "echo ran" ? "echo b\necho c" : "echo c";
    assert.deepEqual(shell.commands(), [ran, waited]);
    await shell.line("echo d");
    assert.equal(shell.commands().at(-1), "echo d");
  });
}
