/**
 * `rr setup` as a new user meets it: a home with start files as people have them, the real shells in a
 * terminal, and the tools that are loaded beside the hook. Afterwards `rr uninstall --purge` must leave
 * the home byte for byte as it was.
 */
import assert from "node:assert/strict";
import { lineFor } from "../../src/cli/commands/setup/start_file.ts";
import { crate, existing } from "../shell/_find.ts";
import { Home } from "./_home.ts";
import { until, untilNoFile } from "./_tmux.ts";

/** A shell, its start file, and what is loaded in it. */
interface Kind {
  readonly shell: "zsh" | "bash" | "fish";
  readonly rc: string;
  readonly text: string;
  readonly history: readonly [path: string, text: string];
  /** Files of others that the start file loads. */
  readonly tools: Readonly<Record<string, string | undefined>>;
}

const STARSHIP = `#!/bin/sh
[ "$1" = prompt ] && case "$*" in *--right*|*--continuation*) ;; *) printf 'star> ' ;; esac
`;

const KINDS: readonly Kind[] = [
  {
    shell: "bash",
    rc: ".bashrc",
    // No newline at its end, as editors leave it.
    text: `case $- in *i*) ;; *) return ;; esac
HISTCONTROL=ignoreboth
shopt -s histappend checkwinsize
alias ll='ls -l' # caf\xe9 in an old encoding
preexec() { :; }; precmd() { PS1='ready> '; }
. "$HOME/tools/bash-preexec.sh"`,
    history: [".bash_history", "docker compose up\n"],
    tools: { "bash-preexec.sh": crate("atuin", "vendor/bash-preexec/bash-preexec.sh") },
  },
  {
    shell: "zsh",
    rc: ".zshrc",
    text: `setopt histignorealldups sharehistory
bindkey -e
HISTSIZE=1000 SAVEHIST=1000 HISTFILE=~/.zsh_history
autoload -Uz compinit && compinit -u
eval "$(sed "s/::STARSHIP::/starship/" ~/tools/starship.zsh)"
source ~/tools/autosuggestions.zsh
`,
    history: [".zsh_history", ": 1700000000:2;docker compose up\n"],
    tools: {
      "starship.zsh": crate("starship", "src/init/starship.zsh"),
      "autosuggestions.zsh": existing(
        "/usr/share/zsh-autosuggestions/zsh-autosuggestions.zsh",
      ),
    },
  },
  {
    shell: "fish",
    rc: ".config/fish/config.fish",
    text: `if status is-interactive
    set -g fish_greeting
    sed "s/::STARSHIP::/starship/" ~/tools/starship.fish | source
end
`,
    history: [".local/share/fish/fish_history", "- cmd: docker compose up\n  when: 1700000000\n"],
    tools: { "starship.fish": crate("starship", "src/init/starship.fish") },
  },
];

for (const { shell, rc, text, history, tools } of KINDS) {
  const missing = Object.keys(tools).filter((name) => tools[name] === undefined);
  Deno.test(
    `rr setup in a home with ${shell} and ${Object.keys(tools).join(", ")}: ctrl-r at once, ` +
      "and uninstall leaves it as it was",
    { ignore: missing.length > 0 },
    async () => {
      await using home = new Home();
      home.program("starship", STARSHIP);
      home.write(rc, latin1(text));
      home.write(history[0], history[1]);
      for (const [name, path] of Object.entries(tools)) {
        home.write(`tools/${name}`, Deno.readFileSync(path!));
      }
      const before = home.tree();

      const { code, out, err } = await home.rr(shell, "setup", "--yes", "--no-service");
      assert.equal(code, 0, out + err);
      assert.match(out, /Ready with 1 old command\. Open a new terminal and press ctrl-r/);
      assert.equal(err, "");

      await using tmux = await home.terminal(shell);
      await tmux.until((rows) => /[%$#>] *$/.test(lastOf(rows)));
      await tmux.press("C-r");
      await tmux.untilText("docker compose up");
      await tmux.press("Escape");
      await untilNoFile(home.path("running"));
      await tmux.type("echo new''comer");
      await tmux.press("Enter");
      await tmux.untilText(/^newcomer/);
      await until(
        "the command in the history",
        async () => (await home.rr(shell, "search", "echo new")).code === 0,
      );
      await tmux.kill();

      // What the shells themselves wrote is theirs.
      const gone = await home.rr(shell, "uninstall", "--purge", "--yes", "--no-service");
      assert.equal(gone.code, 0, gone.err);
      const after = home.tree();
      for (const [path, bytes] of before) {
        if (path !== history[0]) assert.deepEqual(after.get(path), bytes, path);
      }
      assert.deepEqual([...after.keys()].filter((path) => path.includes("rustory")), []);
    },
  );
}

Deno.test("rr setup leaves a start file that is not ours to write, and says what to add", async () => {
  await using home = new Home();
  home.write(".bashrc", "# of another user\n");
  home.write(".zshrc", "# read only\n");
  Deno.chmodSync(home.path(".zshrc"), 0o444);
  const isRoot = Deno.uid() === 0;
  if (isRoot) Deno.chownSync(home.path(".bashrc"), 65_534, 65_534);
  else {
    // An ordinary user cannot give a file away, but link to one of root.
    Deno.removeSync(home.path(".bashrc"));
    Deno.symlinkSync("/etc/shells", home.path(".bashrc"));
  }
  const before = home.tree();
  // Root may write everywhere unless it is bereft of what makes it root.
  const bereft = isRoot ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];
  const args = ["setup", "--yes", "--no-service"];
  const { code, out, err } = await home.run([...bereft, ...home.command(...args)], "bash");
  assert.equal(code, 0, err);
  assert.equal(out.match(/say what to add to .*, which cannot be written/g)!.length, 2);
  for (const name of [".bashrc", ".zshrc"]) {
    assert.deepEqual(home.tree().get(name), before.get(name));
  }
  const line =
    /cannot be written: it is read-only for this user; add this line to it: `(! test -r ".*hook\.bash".*)`\n/
      .exec(
        err,
      )![1]!;
  assert.match(out, /but for the start file: add the line above/);
  // The line that is printed works as it stands.
  const shell = ["bash", "--norc", "-i", "-c", `${line}\ntype rr_pause rr >/dev/null; declare -F`];
  const { out: functions } = await home.run(shell, "bash");
  assert.match(functions, /rr/);
});

for (const shell of ["bash", "zsh", "fish"] as const) {
  Deno.test(`the line of ${shell}'s start file is no failure where there is no rr, and is of any home`, async () => {
    await using home = new Home();
    const status = shell === "fish" ? "$status" : "$?";
    const line = lineFor(shell);
    const run = async () =>
      (await home.run([shell, "-c", `${line}\necho "ends ${status}"`], shell)).out;
    assert.equal(await run(), "ends 0\n");
    home.write(`.config/rustory/hook.${shell}`, "echo loaded\n");
    assert.equal(await run(), "loaded\nends 0\n");
  });
}

Deno.test("a home that cannot be written: every command says so with a way on, uninstall does what it can", async () => {
  await using home = new Home();
  home.write(".bashrc", "# mine\n");
  const isRoot = Deno.uid() === 0;
  // Root may write everywhere unless it is bereft of what makes it root.
  const bereft = isRoot ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];
  const rr = (...args: string[]) => home.run([...bereft, ...home.command(...args)], "bash");
  const folder = home.path(".");
  const { mode } = Deno.statSync(folder);
  try {
    Deno.chmodSync(folder, 0o555);
    for (const args of [["config", "set", "user_id", "kim"], ["init"], ["pair"]]) {
      const { code, err } = await rr(...args);
      assert.equal(code, 1, err);
      assert.match(
        err,
        /^error: Cannot create the folder .*\nhint: Look at the owner and the mode/,
      );
    }
    const { out } = await rr("doctor");
    assert.match(
      out,
      /error disk .*Nothing can be recorded: ".*" cannot be written by this user\n/,
    );
    assert.equal(
      (await rr("uninstall", "--no-service")).out,
      "There is nothing of rr to take back.\n",
    );
  } finally {
    Deno.chmodSync(folder, mode! & 0o777);
  }
  assert.equal((await rr("setup", "--yes", "--no-service")).code, 0);
  const keys = home.path(".config/rustory");
  Deno.chmodSync(keys, 0o555);
  try {
    const { code, out, err } = await rr("uninstall", "--yes", "--purge", "--no-service");
    assert.equal(code, 1);
    assert.match(
      err,
      /warn: Cannot remove ".*swarm\.key"(.*\n)+warn: Cannot remove ".*config\.toml"/,
    );
    assert.match(out, /Not everything is gone, see above/);
    assert.equal(Deno.readTextFileSync(home.path(".bashrc")), "# mine\n", "the rest is done");
  } finally {
    Deno.chmodSync(keys, 0o700);
  }
});

Deno.test("rr hook and rr import take the shell that they are run from", async () => {
  await using home = new Home();
  home.write(".bash_history", "from bash\n");
  home.write(".zsh_history", ": 1700000000:2;from zsh\n");
  const rr = home.command().map((word) => `'${word}'`).join(" ");
  for (const [shell, sign] of [["bash", /PROMPT_COMMAND/], ["zsh", /zle -N/]] as const) {
    // The variable is that of the other: a shell that was started within another one keeps it.
    const login = shell === "bash" ? "zsh" : "bash";
    const script = `${rr} hook; ${rr} import >&2; true`;
    const { out, err } = await home.run([shell, "-c", script], login);
    assert.match(out, sign);
    assert.match(err, new RegExp(`shell=${shell} received=1 inserted=1`));
  }
  // From something that is no shell, the login's counts.
  const { out } = await home.run(["python3", "-c", RUN_AND_WAIT, ...home.command("hook")], "fish");
  assert.match(out, /function .*--on-event/);
});

const RUN_AND_WAIT = "import subprocess, sys; subprocess.run(sys.argv[1:])";

function lastOf(rows: readonly string[]): string {
  return rows.findLast((row) => row.trim() !== "") ?? "";
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
