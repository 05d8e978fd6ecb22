/** `rr setup` on machines of several kinds; no service manager is touched. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  bytesOf,
  findBlock,
  hasOwnLine,
  letters,
  withBlock,
  withoutBlock,
} from "../../src/cli/commands/setup/start_file.ts";
import { HISTORIES } from "../../src/cli/commands/setup/facts.ts";
import type { Run } from "../../src/service/run.ts";
import { FakeMachine } from "../service/_fake_machine.ts";
import { annsWorld, entriesOf, rr } from "./_run.ts";
import { set, SETUP, UNINSTALL } from "./_setup.ts";

Deno.test("a block goes in once and out whole, all else byte for byte", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    const text = letters(bytes);
    const put = withBlock(text, "zsh");
    assert.equal(withBlock(put, "zsh"), put);
    assert.deepEqual(bytesOf(withoutBlock(put)!), bytes);
  }));
  const made = withBlock(undefined, "zsh");
  assert.equal(withBlock(made, "zsh"), made);
  assert.equal(withoutBlock(made), undefined);
  assert.equal(withoutBlock(`${made}mine\n`), "mine\n");
});

Deno.test("a block is mended in its place, be it old, cut short or there twice", () => {
  const put = withBlock("a\n", "zsh");
  const edited = `${put}b\n`;
  assert.equal(withBlock(edited, "bash"), `${withBlock("a\n", "bash")}b\n`);
  // As it was written before: with the path of one machine, and a failure where the file is not.
  const before = "test -r '/home/kim/.config/rustory/hook.zsh' && source '/home/kim/.config/x'";
  const old = put.replace(/^! test.*$/m, before);
  assert.equal(withBlock(`${old}b\n`, "zsh"), edited);
  assert.equal(withBlock(`${old.replace(/^# <<<.*\n/m, "")}b\n`, "zsh"), edited);
  assert.equal(withoutBlock(edited), "a\nb\n");
  const cut = put.replace("# <<< rustory <<<\n", "");
  assert.equal(withBlock(`${cut}b\n`, "zsh"), edited);
  assert.equal(withoutBlock(`${cut}b\n`), "a\nb\n");
  assert.equal(withoutBlock(`${put}${withBlock(undefined, "zsh")}b\n`), "a\nb\n");
  // What was written below a file without a last newline needs the one that came with the block.
  assert.equal(withoutBlock(`${withBlock("a", "zsh")}b\n`), "a\nb\n");
  assert.equal(hasOwnLine("source <(rr hook --shell zsh)\n"), true);
  assert.equal(hasOwnLine("# source <(rr hook --shell zsh)\n"), false);
  assert.equal(hasOwnLine(edited), false);
});

Deno.test("rr setup makes a fresh machine ready, and again changes nothing", async () => {
  using world = annsWorld();
  const rc = `${world.home}/.zshrc`;
  Deno.writeTextFileSync(rc, "export A=1", { mode: 0o640 });
  Deno.writeTextFileSync(`${world.home}/.zsh_history`, ": 1700000000:2;make test\n");
  const { code, out, err } = await rr(world, ...SETUP);
  assert.equal(code, 0, err);
  const lines = out.trimEnd().split("\n");
  assert.deepEqual(lines, [
    "This will be done:",
    "  - write the config ~/.config/rustory/config.toml and make the keys",
    "  - record and search in zsh: three lines at the end of ~/.zshrc",
    "  - import the history of zsh (~/.zsh_history)",
    "Ready with 1 old command. Open a new terminal and press ctrl-r; `rr pair` brings in another machine.",
  ]);
  assert.match(err, /^warn: there is no rr on your PATH/);
  const text = Deno.readTextFileSync(rc);
  assert.match(text, /^export A=1\n# >>> rustory >>>.*\n.*hook\.zsh.*\n# <<< rustory <<<\n$/);
  assert.equal(Deno.statSync(rc).mode! & 0o777, 0o640);
  assert.deepEqual(entriesOf(world).map(({ command }) => command), ["make test"]);
  assert.equal((await rr(world, ...SETUP)).code, 0);
  assert.equal(Deno.readTextFileSync(rc), text);
  assert.equal(entriesOf(world).length, 1);
});

Deno.test("rr setup shows one bar for all, and is silent where nobody looks", async () => {
  using world = annsWorld({ terminal: true });
  Deno.writeTextFileSync(`${world.home}/.zsh_history`, ": 1700000000:2;make test\n");
  Deno.writeTextFileSync(`${world.home}/.bash_history`, "make all\n");
  Deno.writeTextFileSync(`${world.home}/.bashrc`, "");
  Deno.mkdirSync(`${world.home}/bin`);
  Deno.writeTextFileSync(`${world.home}/bin/rr`, "");
  world.setEnv("PATH", `${world.home}/bin`);
  const { code, out, err } = await rr(world, ...SETUP);
  assert.equal(code, 0, err);
  assert.match(
    out,
    /import the histories of zsh \(~\/\.zsh_history\), bash \(~\/\.bash_history\)\n/,
  );
  const shown = err.split("\r\x1b[K");
  assert.equal(shown.at(-1), "", "the bar is gone at the end");
  const percents = shown.flatMap((bar) => /(\d+) % [a-z ]+$/.exec(bar)?.[1] ?? []).map(Number);
  assert.ok(percents.length >= 3, err);
  assert.deepEqual(percents, percents.toSorted((a, b) => a - b));
});

Deno.test("rr setup --dry-run and a setup that cannot ask change nothing", async () => {
  using world = annsWorld();
  const dry = await rr(world, "setup", "--dry-run", "--no-service");
  assert.equal(dry.code, 0);
  assert.match(dry.out, /^This would be done:\n {2}- write the config /);
  const unasked = await rr(world, "setup", "--no-service");
  assert.equal(unasked.code, 2);
  assert.match(unasked.err, /Say --yes/);
  assert.deepEqual([...Deno.readDirSync(world.home)], []);
});

Deno.test("rr setup --no-import leaves old histories alone", async () => {
  using world = annsWorld();
  Deno.writeTextFileSync(`${world.home}/.zsh_history`, ": 1700000000:2;make test\n");
  const { out } = await rr(world, ...SETUP, "--no-import");
  assert.doesNotMatch(out, /import|old command/);
  assert.deepEqual(entriesOf(world), []);
});

Deno.test("rr setup: a history that cannot be read does not keep the others out", async () => {
  using world = annsWorld();
  Deno.mkdirSync(`${world.home}/.atuin/data`, { recursive: true });
  Deno.writeTextFileSync(`${world.home}/.atuin/data/history.db`, "no database");
  Deno.writeTextFileSync(`${world.home}/.zsh_history`, ": 1700000000:2;make test\n");
  const { code, out, err } = await rr(world, ...SETUP);
  assert.equal(code, 1);
  assert.match(err, /warn: Cannot .*history\.db/);
  assert.match(out, /Not everything worked, see above/);
  assert.equal(entriesOf(world).length, 1);
});

Deno.test("rr setup follows a link, and leaves a start file that has a line of its own", async () => {
  using world = annsWorld();
  Deno.mkdirSync(`${world.home}/dotfiles`);
  Deno.writeTextFileSync(`${world.home}/dotfiles/zshrc`, "# zsh\n");
  Deno.symlinkSync(`${world.home}/dotfiles/zshrc`, `${world.home}/.zshrc`);
  Deno.writeTextFileSync(`${world.home}/.bashrc`, 'eval "$(rr hook --shell bash)"\n');
  assert.equal((await rr(world, ...SETUP)).code, 0);
  assert.equal(Deno.lstatSync(`${world.home}/.zshrc`).isSymlink, true);
  assert.notEqual(findBlock(Deno.readTextFileSync(`${world.home}/dotfiles/zshrc`)), undefined);
  const gone = await rr(world, ...UNINSTALL);
  assert.match(gone.err, /~\/\.bashrc loads the hook by a line of yours: take it out/);
  assert.equal(Deno.readTextFileSync(`${world.home}/dotfiles/zshrc`), "# zsh\n");
  assert.equal(
    Deno.readTextFileSync(`${world.home}/.bashrc`),
    'eval "$(rr hook --shell bash)"\n',
  );
});

Deno.test("rr setup does not replace a link to nothing, and says what to add", async () => {
  using world = annsWorld();
  Deno.symlinkSync(`${world.home}/not mounted/zshrc`, `${world.home}/.zshrc`);
  const { code, out, err } = await rr(world, ...SETUP);
  assert.equal(code, 0);
  assert.match(out, /say what to add to ~\/\.zshrc, which cannot be written/);
  assert.match(
    err,
    /zshrc cannot be written: it is a link to a file that is not there; add this line to it: `! test -r "\$HOME\/.*hook\.zsh" \|\| source /,
  );
  assert.match(out, /but for the start file: add the line above/);
  assert.equal(Deno.lstatSync(`${world.home}/.zshrc`).isSymlink, true);
});

Deno.test("rr setup finds fish's line in conf.d, and writes there beside a file that is managed", async () => {
  using world = annsWorld({ env: { SHELL: "/usr/bin/fish" } });
  const fish = `${world.home}/.config/fish`;
  Deno.mkdirSync(`${fish}/conf.d`, { recursive: true });
  Deno.writeTextFileSync(`${fish}/conf.d/history.fish`, "rr hook --shell fish | source\n");
  const own = await rr(world, ...SETUP);
  assert.match(own.out, /leave ~\/\.config\/fish\/conf\.d\/history\.fish as it is/);
  Deno.removeSync(`${fish}/conf.d/history.fish`);
  Deno.symlinkSync("/nowhere/config.fish", `${fish}/config.fish`);
  const managed = await rr(world, ...SETUP);
  assert.match(managed.out, /three lines at the end of ~\/\.config\/fish\/conf\.d\/rustory\.fish/);
  assert.equal((await rr(world, ...SETUP)).out.includes("has its lines"), true);
  await rr(world, ...UNINSTALL);
  assert.deepEqual([...Deno.readDirSync(fish)].map(({ name }) => name), ["config.fish"]);
});

Deno.test("rr setup writes to the folder that zsh alone knows of", async () => {
  using machine = new FakeMachine();
  const { world } = machine;
  world.setEnv("SHELL", "/bin/zsh");
  Deno.writeTextFileSync(`${world.home}/.zshenv`, "ZDOTDIR=~/zsh\n");
  const run: Run = (command) =>
    command[0] === "zsh"
      ? Promise.resolve({ code: 0, stdout: `said in .zshenv\n${world.home}/zsh/`, stderr: "" })
      : machine.run(command);
  const { code, out } = await set(world, run);
  assert.equal(code, 0);
  assert.match(out, /three lines at the end of ~\/zsh\/\.zshrc/);
  assert.notEqual(findBlock(Deno.readTextFileSync(`${world.home}/zsh/.zshrc`)), undefined);
  assert.equal(machine.active, "active");
});

Deno.test("rr setup without a service manager does the rest, and says so before and after", async () => {
  using machine = new FakeMachine({ noUserManager: true });
  const { code, out } = await set(machine.world, machine.run);
  assert.equal(code, 0);
  assert.match(out, /say how to keep the daemon running: there is no service manager for you here/);
  assert.match(machine.world.takeErr(), /Nothing here can run the daemon: systemd is installed/);
  const failed = new FakeMachine({ startsTo: "failed" });
  using _failed = failed;
  const ran = await set(failed.world, failed.run);
  assert.equal(ran.code, 1);
  assert.match(failed.world.takeErr(), /Could not run the daemon .*: it is failed\n.*service logs/);
});

Deno.test("rr setup says so where no shell that records is in use", async () => {
  using world = annsWorld({ env: { SHELL: "/bin/tcsh" } });
  const { code, out } = await rr(world, ...SETUP);
  assert.equal(code, 0);
  assert.match(
    out,
    /\nReady, but nothing is recorded: neither zsh, bash nor fish is in use here\./,
  );
});

Deno.test("rr setup starts with nothing where there is no home", async () => {
  using world = annsWorld();
  for (
    const [home, what] of [
      [`${world.home}/gone`, /Cannot set up: there is no home folder ".*gone"\nhint: Make it/],
      ["", /HOME is not set/],
    ] as const
  ) {
    world.setEnv("HOME", home);
    const { code, err } = await rr(world, ...SETUP);
    assert.equal(code, 1);
    assert.match(err, what);
  }
  assert.deepEqual([...Deno.readDirSync(world.home)], []);
});

Deno.test("the help of setup and try names every history that is taken in unasked", async () => {
  using world = annsWorld();
  for (const command of ["setup", "try"]) {
    const { out } = await rr(world, command, "--help");
    const [, named = ""] = /that are there \(([^)]*)\)/.exec(out.replaceAll(/\s+/g, " ")) ?? [];
    assert.deepEqual(named.split(", "), [...HISTORIES], command);
  }
});
