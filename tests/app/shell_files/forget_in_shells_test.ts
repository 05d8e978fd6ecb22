/** Taking commands out of files that real shells have written, and read afterwards. */
import assert from "node:assert/strict";
import { forgetInShells, type ForgottenIn } from "../../../src/app/shell_files/forget_in_shells.ts";
import { holdsLock } from "../../../src/app/shell_files/kernel_locks.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { systemRun } from "../../../src/service/run.ts";
import { denoFiles } from "../../../src/world/deno.ts";

const COMMANDS = [
  "echo one",
  "curl -u me:secret https://example.org",
  "echo ünïcode 한글 ‘quoted’",
  "for i in 1 2\ndo\n  echo $i \\\n    more\ndone",
  "echo tail \\\\",
  ": 5:0;looks like a time",
  "echo 'two\nlines'",
  "echo last",
];
const SECRETS = [COMMANDS[1]!, COMMANDS[3]!, COMMANDS[2]!];
const KEPT = COMMANDS.filter((command) => !SECRETS.includes(command));

/** A home folder with shells in it. */
class Home implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "rr-shell-files-" });

  async shell(program: readonly string[], stdin = ""): Promise<string> {
    const [name, ...args] = program;
    const child = new Deno.Command(name!, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      clearEnv: true,
      env: { HOME: this.path, PATH: Deno.env.get("PATH")!, LC_ALL: "C.UTF-8" },
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(stdin));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  }

  forget(commands: readonly string[], dryRun = false): Promise<readonly ForgottenIn[]> {
    const world = {
      env: (name: string) => name === "HOME" ? this.path : undefined,
      files: denoFiles(),
      clock: systemClock(),
      os: "linux" as const,
      pid: Deno.pid,
      hostname: () => "here",
    };
    return forgetInShells(commands, { world, run: systemRun }, dryRun);
  }

  names(folder = this.path): string[] {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

interface ShellCase {
  readonly name: string;
  readonly file: string;
  readonly write: (home: Home, commands: readonly string[]) => Promise<unknown>;
  readonly read: (home: Home) => Promise<string[]>;
}

function zsh(options: string): ShellCase {
  const open = (path: string): string => `fc -p ${path} 1000 1000; setopt ${options};`;
  return {
    name: `zsh with ${options}`,
    file: ".zsh_history",
    write: (home, commands) =>
      home.shell([
        "zsh",
        "-fic",
        `${open("$HOME/.zsh_history")} for c in "$@"; do print -sr -- "$c"; done; fc -W`,
        "zsh",
        ...commands,
      ]),
    read: async (home) => {
      const script = `${open("$HOME/.zsh_history")} zmodload zsh/parameter; ` +
        'for i in {1..$HISTCMD}; do print -rN -- "$history[$i]"; done';
      return (await home.shell(["zsh", "-fic", script])).split("\0").slice(0, -1);
    },
  };
}

const BASH: ShellCase = {
  name: "bash with times",
  file: ".bash_history",
  write: (home, commands) =>
    home.shell([
      "bash",
      "--norc",
      "-c",
      'HISTTIMEFORMAT=%s; set -o history; history -c; for c in "$@"; do history -s -- "$c"; done; ' +
      'history -w "$HOME/.bash_history"',
      "bash",
      ...commands,
    ]),
  read: async (home) => {
    const script = "HISTTIMEFORMAT=@@; set -o history; history -c; " +
      'history -r "$HOME/.bash_history"; history';
    const text = await home.shell(["bash", "--norc", "-c", script]);
    return text.split(/(?:^|\n) *\d+[* ] +@@/).slice(1).map((one) => one.replace(/\n$/, ""));
  },
};

const FISH: ShellCase = {
  name: "fish",
  file: ".local/share/fish/fish_history",
  write: (home, commands) => {
    Deno.mkdirSync(`${home.path}/.local/share/fish`, { recursive: true });
    const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
    const text = commands.map((one, n) => `- cmd: ${escaped(one)}\n  when: ${1_700_000_000 + n}\n`);
    Deno.writeTextFileSync(`${home.path}/.local/share/fish/fish_history`, text.join(""));
    return Promise.resolve();
  },
  read: async (home) => {
    const text = await home.shell(["fish", "-c", "history search --null --reverse"]);
    return text.split("\0").slice(0, -1);
  },
};

for (const shell of [zsh("extended_history"), zsh("no_extended_history"), BASH, FISH]) {
  Deno.test(`forgetInShells(): ${shell.name} reads afterwards all but what was taken out`, async () => {
    using home = new Home();
    await shell.write(home, COMMANDS);
    const path = `${home.path}/${shell.file}`;
    Deno.chmodSync(path, 0o640);
    const before = await shell.read(home);
    assert.deepEqual(before, COMMANDS, "the shell itself reads what it wrote");
    const planned = await home.forget(SECRETS, true);
    assert.deepEqual(planned.map(({ removed }) => removed), [SECRETS.length]);
    assert.deepEqual(await shell.read(home), COMMANDS, "a dry run changes nothing");
    const done = await home.forget(SECRETS);
    assert.deepEqual(done.map(({ path, removed, error }) => [path, removed, error]), [
      [path, SECRETS.length, undefined],
    ]);
    assert.deepEqual(await shell.read(home), KEPT);
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o640);
    const names = home.names(path.slice(0, path.lastIndexOf("/")));
    assert.deepEqual(names.filter((name) => /\.rr-|LOCK/.test(name)), [], "nothing is left over");
    assert.ok(!Deno.readTextFileSync(path).includes("me:secret"));
    assert.deepEqual(await home.forget(SECRETS), [], "there is nothing more of it");
  });
}

Deno.test("forgetInShells() follows a link, and the link stays one", async () => {
  using home = new Home();
  Deno.mkdirSync(`${home.path}/dotfiles`);
  Deno.writeTextFileSync(`${home.path}/dotfiles/history`, "secret\nls\n");
  Deno.symlinkSync("dotfiles/history", `${home.path}/.bash_history`);
  const [done] = await home.forget(["secret"]);
  assert.equal(done!.removed, 1);
  assert.ok(Deno.lstatSync(`${home.path}/.bash_history`).isSymlink);
  assert.equal(Deno.readTextFileSync(`${home.path}/dotfiles/history`), "ls\n");
});

Deno.test("forgetInShells() leaves a file with a second name alone, and one of another owner his", async () => {
  using home = new Home();
  Deno.writeTextFileSync(`${home.path}/.bash_history`, "secret\n");
  Deno.writeTextFileSync(`${home.path}/.zsh_history`, "secret\nls\n");
  Deno.linkSync(`${home.path}/.bash_history`, `${home.path}/other`);
  const isRoot = Deno.uid() === 0;
  if (isRoot) Deno.chownSync(`${home.path}/.zsh_history`, 4242, 4243);
  const done = await home.forget(["secret"]);
  assert.match(done.find(({ shell }) => shell === "bash")!.error!, /hard link/);
  assert.equal(Deno.readTextFileSync(`${home.path}/other`), "secret\n");
  const { uid, gid } = Deno.statSync(`${home.path}/.zsh_history`);
  assert.deepEqual([uid, gid], isRoot ? [4242, 4243] : [Deno.uid(), Deno.gid()]);
  assert.equal(Deno.readTextFileSync(`${home.path}/.zsh_history`), "ls\n");
});

Deno.test("forgetInShells() leaves a file alone that is read-only", async () => {
  using home = new Home();
  const path = `${home.path}/.bash_history`;
  Deno.writeTextFileSync(path, "secret\n", { mode: 0o400 });
  assert.match((await home.forget(["secret"]))[0]!.error!, /it is read-only \(chmod u\+w\)/);
  assert.equal(Deno.readTextFileSync(path), "secret\n");
});

// Access lists are such attributes too. What sets them is no part of every system.
const SET = 'import os, sys; os.setxattr(sys.argv[1], "user.note", b"mine")';
const GET = 'import os, sys; print(os.getxattr(sys.argv[1], "user.note").decode())';

Deno.test("forgetInShells() keeps the attributes of a file, and its time is that of the change", async (t) => {
  using home = new Home();
  const path = `${home.path}/.bash_history`;
  Deno.writeTextFileSync(path, "secret\nls\n");
  Deno.utimeSync(path, 1_700_000_000, 1_700_000_000);
  const { success } = await new Deno.Command("python3", { args: ["-c", SET, path] }).output()
    .catch(() => ({ success: false }));
  await home.forget(["secret"]);
  assert.ok(Deno.statSync(path).mtime!.getTime() > 1_700_000_000_000);
  await t.step({
    name: "user.note",
    ignore: !success || Deno.build.os !== "linux",
    fn: async () => assert.equal(await home.shell(["python3", "-c", GET, path]), "mine\n"),
  });
});

Deno.test("forgetInShells() waits for a zsh that writes, gives up, and passes over what it left behind", async () => {
  using home = new Home();
  const path = `${home.path}/.zsh_history`;
  Deno.writeTextFileSync(path, "secret\nls\n");
  Deno.symlinkSync("/pid-1/host-here", `${path}.LOCK`);
  const [refused] = await home.forget(["secret"]);
  assert.match(refused!.error!, /A zsh is writing .*\.LOCK/);
  assert.equal(Deno.readTextFileSync(path), "secret\nls\n");
  const waiting = home.forget(["secret"]);
  Deno.removeSync(`${path}.LOCK`);
  assert.equal((await waiting)[0]!.removed, 1);
  Deno.writeTextFileSync(path, "secret\nls\n");
  await home.shell(["sh", "-c", `ln -s x ${path}.LOCK; touch -h -d '1 minute ago' ${path}.LOCK`]);
  assert.equal((await home.forget(["secret"]))[0]!.removed, 1);
  assert.deepEqual(home.names(), [".zsh_history"]);
});

Deno.test("forgetInShells() does not touch a file that another program has locked", async () => {
  using home = new Home();
  const path = `${home.path}/.bash_history`;
  Deno.writeTextFileSync(path, "secret\nls\n");
  using file = Deno.openSync(path);
  file.lockSync(true);
  assert.match((await home.forget(["secret"]))[0]!.error!, /has locked it/);
  file.unlockSync();
  assert.equal((await home.forget(["secret"]))[0]!.removed, 1);
});

Deno.test("holdsLock() reads the kernel's list of locks", () => {
  const list =
    "1: POSIX  ADVISORY  WRITE 77 08:01:131 0 EOF\n2: FLOCK  ADVISORY  READ 78 fd:00:99 0 EOF\n";
  assert.equal(holdsLock(list, 131n) && holdsLock(list, 99n), true);
  assert.equal(holdsLock(list, 13n) || holdsLock(list, 0n) || holdsLock("", 1n), false);
});

Deno.test("forgetInShells() loses nothing that real shells write at the same time", async () => {
  using home = new Home();
  const zshLoop = "fc -p $HOME/.zsh_history 9999 9999; " +
    'for i in {1..150}; do print -sr -- "zsh $i"; print -sr -- secret; fc -AI; done';
  const bashLoop = "HISTFILE=$HOME/.bash_history; set -o history; for i in {1..150}; do " +
    'history -s "bash $i"; history -s secret; history -a; done';
  let isWriting = true;
  const writing = Promise.all([
    home.shell(["zsh", "-fic", zshLoop]),
    home.shell(["bash", "--norc", "-c", bashLoop]),
  ]).finally(() => isWriting = false);
  let removed = 0;
  const forget = async (): Promise<void> => {
    for (const done of await home.forget(["secret"])) removed += done.removed;
  };
  while (isWriting) await forget();
  await writing;
  await forget();
  assert.equal(removed, 300);
  for (const shell of ["zsh", "bash"]) {
    const lines = Deno.readTextFileSync(`${home.path}/.${shell}_history`).trim().split("\n");
    assert.deepEqual(lines, Array.from({ length: 150 }, (_, i) => `${shell} ${i + 1}`));
  }
});
