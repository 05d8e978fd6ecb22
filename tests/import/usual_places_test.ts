import assert from "node:assert/strict";
import { annsWorld, rr } from "../cli/_run.ts";
import { usualFiles } from "../../src/import/usual_places.ts";
import type { ImportSource } from "../../src/import/import_sources.ts";
import { denoFiles } from "../../src/world/deno.ts";

function filesOf(
  from: ImportSource,
  there: readonly string[],
  env: Readonly<Record<string, string>> = {},
  text = "",
): string[] {
  const home = Deno.makeTempDirSync({ prefix: "rr-places-" });
  try {
    for (const path of there) {
      Deno.mkdirSync(`${home}/${path.slice(0, path.lastIndexOf("/") + 1)}`, { recursive: true });
      Deno.writeTextFileSync(`${home}/${path}`, text);
    }
    const all: Record<string, string> = { HOME: home };
    for (const [name, value] of Object.entries(env)) all[name] = value.replace("~", home);
    return usualFiles(from, (name) => all[name], denoFiles())
      .map((path) => path.replace(home, "~"));
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
}

Deno.test("usualFiles() names the main place where there is nothing", () => {
  assert.deepEqual(filesOf("zsh", []), ["~/.zsh_history"]);
  assert.deepEqual(filesOf("bash", []), ["~/.bash_history"]);
  assert.deepEqual(filesOf("fish", []), ["~/.local/share/fish/fish_history"]);
  assert.deepEqual(filesOf("atuin", []), ["~/.atuin/data/history.db"]);
  assert.deepEqual(filesOf("jsonl", []), []);
});

Deno.test("usualFiles() finds all that a program has", () => {
  const atuin = [".atuin/data/history.db", ".local/share/atuin/history.db"];
  assert.deepEqual(filesOf("atuin", atuin), atuin.map((path) => `~/${path}`));
  assert.deepEqual(filesOf("atuin", atuin.slice(1)), ["~/.local/share/atuin/history.db"]);
  assert.deepEqual(
    filesOf("fish", [".local/share/fish/fish_history", ".local/share/fish/work_history"]),
    ["~/.local/share/fish/fish_history", "~/.local/share/fish/work_history"],
  );
  assert.deepEqual(filesOf("zsh", [".histfile", "z/.zsh_history"], { ZDOTDIR: "~/z" }), [
    "~/z/.zsh_history",
    "~/.histfile",
  ]);
  assert.deepEqual(filesOf("bash", [".bash_sessions/A.history", ".bash_history"]), [
    "~/.bash_history",
    "~/.bash_sessions/A.history",
  ]);
  assert.deepEqual(filesOf("mcfly", [".mcfly/history.db"]), ["~/.mcfly/history.db"]);
  const hosts = ["ConsoleHost_history.txt", "Visual Studio Code Host_history.txt"]
    .map((name) => `.local/share/powershell/PSReadLine/${name}`);
  assert.deepEqual(filesOf("powershell", hosts), hosts.map((path) => `~/${path}`));
  const session = ".local/share/xonsh/xonsh-1.json";
  assert.deepEqual(filesOf("xonsh", [session]), ["~/.local/share/xonsh"]);
});

Deno.test("usualFiles() takes HISTFILE for the shell whose name is in it", () => {
  const env = { HISTFILE: "~/state/my_zsh_log" };
  assert.deepEqual(filesOf("zsh", ["state/my_zsh_log"], env), ["~/state/my_zsh_log"]);
  assert.deepEqual(filesOf("bash", ["state/my_zsh_log"], env), ["~/.bash_history"]);
  // The name of a folder says nothing.
  const other = { HISTFILE: "~/zshfan/.bash_history" };
  assert.deepEqual(filesOf("bash", ["zshfan/.bash_history"], other)[0], "~/zshfan/.bash_history");
  assert.deepEqual(filesOf("zsh", ["zshfan/.bash_history"], other), ["~/.zsh_history"]);
});

Deno.test("usualFiles() takes HISTFILE without a name for the shell that wrote it, or that of the login", () => {
  const env = { HISTFILE: "~/.history" };
  const times = ": 1700000000:0;ls\n";
  assert.deepEqual(filesOf("zsh", [".history"], env, times), ["~/.history"]);
  assert.deepEqual(filesOf("bash", [".history"], { ...env, SHELL: "/bin/bash" }, times), [
    "~/.bash_history",
  ]);
  const plain = "ls\ncd\n";
  assert.deepEqual(filesOf("bash", [".history"], { ...env, SHELL: "/bin/bash" }, plain), [
    "~/.history",
  ]);
  assert.deepEqual(filesOf("bash", [".history"], env, plain), ["~/.bash_history"]);
  assert.deepEqual(filesOf("zsh", [], { HISTFILE: "/dev/null", SHELL: "/bin/zsh" }), [
    "~/.zsh_history",
  ]);
});

/** What `rr import` takes where the start file of a shell holds a line. */
function said(shell: "zsh" | "bash", line: string, env: Record<string, string> = {}): string[] {
  const home = Deno.makeTempDirSync({ prefix: "rr-places-" });
  try {
    Deno.writeTextFileSync(`${home}/.${shell}rc`, `# HISTFILE=~/no\n${line}\nHISTSIZE=9\n`);
    const all: Record<string, string> = { HOME: home, ...env };
    return usualFiles(shell, (name) => all[name], denoFiles()).map((at) => at.replace(home, "~"));
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
}

Deno.test("usualFiles() takes HISTFILE out of the start files, which seldom export it", () => {
  const XDG = { XDG_STATE_HOME: "/state" };
  for (
    const [line, path, env] of [
      ["HISTFILE=~/.cache/h", "~/.cache/h"],
      ["export HISTFILE=$HOME/h # mine", "~/h"],
      ['  HISTFILE="${HOME}/my shell/h"; HISTSIZE=5', "~/my shell/h"],
      ["typeset -gx HISTFILE='/h $x'", "/h $x"],
      ['HISTFILE="${XDG_STATE_HOME:-$HOME/.local/state}/h"', "~/.local/state/h"],
      ['HISTFILE="${XDG_STATE_HOME:-$HOME/.local/state}/h"', "/state/h", XDG],
      ["HISTFILE=$XDG_STATE_HOME/h", "/state/h", XDG],
      ["HISTFILE=/a\nHISTFILE=/b", "/b"],
    ] as const
  ) {
    assert.deepEqual(said("zsh", line, env), [path], line);
    assert.deepEqual(said("bash", line, env), [path], line);
  }
});

Deno.test("usualFiles() guesses nothing that only the shell can tell", () => {
  for (
    const line of [
      ...["HISTFILE=$XDG_STATE_HOME/h", "HISTFILE=$(pwd)/h", "HISTFILE=`pwd`/h", "HISTFILE="],
      ...[
        "HISTFILE=h",
        "HISTFILE=${HOME%/*}/h",
        "HISTFILE=~x/h",
        'HISTFILE="$HOME/a"$b',
        "XHISTFILE=/h",
      ],
      ...["HISTFILE=${A:-${B:-${C}}}/h", "HISTFILE=$HOME/$HOSTNAME/h"],
    ]
  ) assert.deepEqual(said("zsh", line), ["~/.zsh_history"], line);
});

Deno.test("rr setup counts the files of a shell that keeps one for each session", async () => {
  using world = annsWorld();
  Deno.writeTextFileSync(`${world.home}/.bash_history`, "ls\n");
  const folder = `${world.home}/.bash_sessions`;
  Deno.mkdirSync(folder);
  for (const name of ["a", "b", "c", "d"]) {
    Deno.writeTextFileSync(`${folder}/${name}.history`, `make ${name}\n`);
  }
  const { out } = await rr(world, "setup", "--dry-run", "--no-service");
  const said =
    /import the histories of bash \(~\/\.bash_history\), bash \(4 files in ~\/\.bash_sessions\)\n/;
  assert.match(out, said);
});
