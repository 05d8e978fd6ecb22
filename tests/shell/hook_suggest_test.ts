/** What stands behind the line in a real zsh, with and without the real zsh-autosuggestions. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import { existing } from "./_find.ts";
import { Door, OddPort } from "./_door.ts";
import { Shell, type ShellOptions } from "./_shell.ts";

const RIGHT = "\x1b[C";
const DELETE = "\x7f";
/** Takes away the line. */
const KILL = "\x15";
const FILE = "/usr/share/zsh-autosuggestions/zsh-autosuggestions.zsh";
const PLUGIN = `source ${FILE}`;
const SYNC = `${PLUGIN}; unset ZSH_AUTOSUGGEST_USE_ASYNC`;
const hasPlugin = existing(FILE) !== undefined;
/** How zsh-autosuggestions may be loaded. */
const WAYS: Record<string, ShellOptions> = {
  "on its own": {},
  "zsh-autosuggestions loaded behind": { after: PLUGIN },
  "zsh-autosuggestions that does not fork": { after: SYNC },
  "zsh-autosuggestions before, zsh-syntax-highlighting behind": {
    between: PLUGIN,
    after: "source /usr/share/zsh-syntax-highlighting/zsh-syntax-highlighting.zsh",
  },
};
const EACH = Object.keys(WAYS);
const THREE = EACH.slice(0, 3);

function each(
  ways: readonly string[],
  what: string,
  fn: (options: ShellOptions) => Promise<void>,
): void {
  for (const way of ways) {
    const options = WAYS[way]!;
    const ignore = way !== EACH[0] && !hasPlugin;
    Deno.test({ name: `zsh hook: ${what}; ${way}`, ignore, fn: () => fn(options) });
  }
}

async function open(door: string, options: ShellOptions = {}): Promise<Shell> {
  // With colours, as what is offered is grey.
  const env = { TERM: "xterm-256color" };
  return await Shell.open("zsh", { suggest: true, door, env, ...options });
}

/** What the screen got, without colours and other moves. */
function plain(output: string): string {
  // deno-lint-ignore no-control-regex
  return output.replaceAll(/\x1b(?:\[[0-9;?]*[A-Za-z]|[=>])/g, "");
}

/** Types and waits until zsh has drawn it. */
async function press(shell: Shell, keys: string, seen: string): Promise<void> {
  const from = shell.output.length;
  await shell.type(keys);
  await shell.until(() => plain(shell.output.slice(from)).includes(seen), seen);
}

/**
 * Types until what is offered has been drawn. On a busy machine an answer may come too late, and then
 * nothing is asked for some seconds.
 */
async function pressFor(shell: Shell, keys: string, seen: string): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    const from = shell.output.length;
    await shell.type(keys);
    const late = Date.now() + 3_000;
    while (Date.now() < late) {
      if (plain(shell.output.slice(from)).includes(seen)) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await shell.type(KILL);
  }
  assert.fail(`${seen} was never offered:\n${shell.output.slice(-500)}`);
}

async function offered(shell: Shell, text: string): Promise<void> {
  const from = shell.output.lastIndexOf("\x1b]777");
  await shell.until(() => plain(shell.output.slice(from)).includes(text), text);
}

async function enter(shell: Shell): Promise<string | undefined> {
  const before = shell.commands().length;
  await shell.line("");
  return shell.commands()[before];
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = AbortSignal.timeout(PATIENCE_MS);
  while (!condition()) {
    deadline.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

each(
  EACH,
  "offers before a key is typed; Right takes it, Enter alone runs nothing",
  async (options) => {
    await using door = await Door.open({ offers: ["echo offered"] });
    await using shell = await open(door.path, options);
    await offered(shell, "echo offered");
    const { session, ...rest } = door.suggests[0]!;
    assert.deepEqual(rest, { cwd: shell.home, text: "" });
    assert.match(session, /^\d+-\d+-\d+$/);
    assert.equal(await enter(shell), undefined);
    await offered(shell, "echo offered");
    await shell.type(RIGHT);
    assert.equal(await enter(shell), "echo offered");
    assert.deepEqual(shell.spoolFiles(), [`${session}.spool`]);
  },
);

each(EACH, "offers what goes on from the line while it is typed", async (options) => {
  await using door = await Door.open({ offers: ["echo offered", "false; :"] });
  await using shell = await open(door.path, options);
  await offered(shell, "echo offered");
  await pressFor(shell, "f", "alse; :");
  await shell.type(RIGHT);
  assert.equal(await enter(shell), "false; :");
  await offered(shell, "echo offered");
  await pressFor(shell, "f", "alse; :");
  await press(shell, DELETE, "cho offered");
  await shell.type(RIGHT);
  assert.equal(await enter(shell), "echo offered");
});

each(
  THREE,
  "never offers what is not one line that goes on from what is typed",
  async (options) => {
    await using door = await Door.open();
    await using shell = await open(door.path, options);
    for (const hostile of ["ec\nrm x", "echo \x1b[8m", "other"]) {
      Object.assign(door, { offers: { find: () => hostile } });
      const asked = door.suggests.length;
      await shell.type("ec");
      await until(() => door.suggests.slice(asked).some(({ text }) => text !== ""));
      await shell.idle();
      await shell.type(RIGHT);
      assert.equal(await enter(shell), "ec");
    }
  },
);

/** A key that takes as long as somebody who thinks: a robot types a line before a silence can be told. */
const MOMENT = `function moment { local -F at=$EPOCHREALTIME
  while (( EPOCHREALTIME - at < 0.4 )); do :; done
  zle -M moment
}
zmodload zsh/datetime; zle -N moment; bindkey '^Xm' moment`;

each(THREE, "a daemon that hangs is hardly asked, and never waited for", async (options) => {
  await using port = new OddPort();
  const after = `${options.after ?? ":"}\n${MOMENT}`;
  await using shell = await open(port.path, { ...options, after });
  for (let line = 0; line < 3; line++) {
    await press(shell, "t", "t");
    await press(shell, "\x18m", "moment");
    for (const letter of "rue typed") await press(shell, letter, letter.trim());
    assert.equal(await enter(shell), "true typed");
  }
  // Twice a line at most, and after a line that took a moment not at all for some seconds.
  assert.ok(port.heard.length <= 6, `asked ${port.heard.length} times`);
  assert.ok(
    port.heard.every((said) => "asked\0".startsWith(said)),
    "nothing is said to a stranger",
  );
});

each(THREE, "is silent where the daemon has gone", async (options) => {
  await using door = await Door.open({ offers: ["echo offered"] });
  await using shell = await open(door.path, options);
  await offered(shell, "echo offered");
  const note = Deno.readTextFileSync(door.path);
  await door.close();
  Deno.writeTextFileSync(door.path, note);
  await shell.line("true a");
  const from = shell.output.length;
  await shell.line("true b");
  assert.doesNotMatch(plain(shell.output.slice(from)), /offered|rror|refused|ztcp/);
  assert.deepEqual(shell.commands(), ["true a", "true b"]);
});

Deno.test({
  name:
    "zsh hook: keeps the strategies that there are, whenever they are set, and goes without a trace",
  ignore: !hasPlugin,
  async fn(): Promise<void> {
    await using door = await Door.open({ offers: ["echo offered"] });
    await using shell = await open(door.path, {
      after: `${PLUGIN}\nZSH_AUTOSUGGEST_STRATEGY=(match_prev_cmd completion)`,
    });
    const asked = 'print -r -- "<$ZSH_AUTOSUGGEST_STRATEGY>"';
    assert.match(await shell.line(asked), /<rustory match_prev_cmd completion>/);
    await shell.line("ZSH_AUTOSUGGEST_STRATEGY=(history rustory)");
    assert.match(
      await shell.line(asked),
      /<history rustory>/,
      "another place is the user's choice",
    );
    await shell.line("__rustory_uninstall");
    assert.match(await shell.line(asked), /<history>/);
    const names = "${(k)parameters[(I)*]} ${(k)functions[(I)*]} ${(k)widgets[(I)*]}";
    const left = plain(await shell.line(`print -rl -- ${names} | grep '^_*rustory' | tr a-z A-Z`));
    assert.doesNotMatch(left, /RUSTORY/);
  },
});

Deno.test("zsh hook: offers nothing in the second line of a command, in vared, and on a simple terminal", async () => {
  await using door = await Door.open({ offers: ["echo offered"] });
  await using shell = await open(door.path);
  await offered(shell, "echo offered");
  await press(shell, "echo 'a\r", "> ");
  await shell.line("b'");
  await offered(shell, "echo offered");
  await press(shell, "foo=bar; vared -p 'value: ' foo\r", "value: bar");
  await press(shell, "x", "x");
  await shell.line("");
  await offered(shell, "echo offered");
  const texts = door.suggests.map(({ text }) => text);
  assert.ok(texts.every((text) => !/^(?:b'|barx?)/.test(text)), texts.join("|"));
  await using simple = await open(door.path, { env: { TERM: "dumb" } });
  const before = door.suggests.length;
  await simple.line("true");
  assert.equal(door.suggests.length, before);
});

Deno.test("zsh hook: asks for nothing unless it is told to", async () => {
  await using door = await Door.open({ offers: ["echo offered"] });
  await using shell = await open(door.path, { suggest: false });
  await shell.line("true");
  assert.deepEqual(door.suggests, []);
});

Deno.test("zsh hook: offers beside a vi prompt that sets its widgets anew at each line", async () => {
  await using door = await Door.open({ offers: ["echo offered"] });
  await using shell = await open(door.path, {
    after: `bindkey -v
mine() { zle -N zle-line-init begin; }
begin() { typeset -g begun=$((begun + 1)); }
precmd_functions+=(mine)`,
  });
  await shell.line("true");
  await offered(shell, "echo offered");
  await shell.type(`${RIGHT}`);
  assert.equal(await enter(shell), "echo offered");
  assert.match(await shell.line("echo begun $begun"), /begun [3-9]/);
});

Deno.test("fish hook: Right puts the likeliest command on an empty line, and on no other", async () => {
  await using door = await Door.open({ offers: ["echo offered"] });
  await using shell = await Shell.open("fish", { suggest: true, door: door.path });
  await shell.line(`${RIGHT}`);
  await shell.line(`true ${RIGHT}a`);
  assert.deepEqual(shell.commands(), ["echo offered", "true a"]);
  assert.deepEqual(door.suggests.map(({ cwd, text }) => [cwd, text]), [[shell.home, ""]]);
  await door.close();
  await shell.line(`${RIGHT}true b`);
  assert.deepEqual(shell.commands().slice(2), ["true b"]);
});
