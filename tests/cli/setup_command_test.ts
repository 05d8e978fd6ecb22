/** `rr setup` and `rr uninstall` on machines of several kinds; no service manager is touched. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  blockFor,
  findBlock,
  hasOwnLine,
  withBlock,
  withoutBlock,
} from "../../src/cli/commands/setup/start_file.ts";
import { annsWorld, entriesOf, rr } from "./_run.ts";

const SETUP = ["setup", "--yes", "--no-service"];

Deno.test("a block goes in once and out whole, all else byte for byte", () => {
  const block = blockFor("/home/it's me/.config/rustory/hook.zsh");
  fc.assert(fc.property(fc.string(), (text) => {
    const put = withBlock(text, block);
    assert.equal(withBlock(put, block), put);
    assert.equal(findBlock(put)!.text, block);
    const out = withoutBlock(put);
    assert.ok(out === text || out === `${text}\n`);
  }));
  const edited = withBlock("a\n", block) + "b\n";
  assert.equal(withBlock(edited, blockFor("/x")), `a\n${blockFor("/x")}b\n`);
  assert.equal(withoutBlock(edited), "a\nb\n");
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
  assert.match(out, /three lines at the end of .*\.zshrc/);
  assert.match(out, /press ctrl-r; `rr pair` brings in another machine\.\n$/);
  const text = Deno.readTextFileSync(rc);
  assert.match(text, /^export A=1\n# >>> rustory >>>\n.*hook\.zsh.*\n# <<< rustory <<<\n$/);
  assert.equal(Deno.statSync(rc).mode! & 0o777, 0o640);
  assert.deepEqual(entriesOf(world).map(({ command }) => command), ["make test"]);
  assert.equal((await rr(world, ...SETUP)).code, 0);
  assert.equal(Deno.readTextFileSync(rc), text);
  assert.equal(entriesOf(world).length, 1);
});

Deno.test("rr setup --dry-run and a setup that cannot ask change nothing", async () => {
  using world = annsWorld();
  const dry = await rr(world, "setup", "--dry-run");
  assert.equal(dry.code, 0);
  assert.match(dry.out, /^This would be done:\n {2}- write the config /);
  const unasked = await rr(world, "setup");
  assert.equal(unasked.code, 2);
  assert.match(unasked.err, /Say --yes/);
  assert.deepEqual([...Deno.readDirSync(world.home)], []);
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
  assert.equal(
    Deno.readTextFileSync(`${world.home}/.bashrc`),
    'eval "$(rr hook --shell bash)"\n',
  );
});

Deno.test("rr uninstall takes it back; --purge leaves nothing of rr", async () => {
  using world = annsWorld();
  const rc = `${world.home}/.zshrc`;
  Deno.writeTextFileSync(rc, "export A=1\n");
  Deno.writeTextFileSync(`${world.home}/.zsh_history`, ": 1700000000:2;make test\n");
  await rr(world, ...SETUP);
  const dry = await rr(world, "uninstall", "--purge", "--dry-run");
  assert.match(dry.out, /remove .*history\.db\n/);
  assert.equal((await rr(world, "uninstall", "--yes", "--no-service")).code, 0);
  assert.equal(Deno.readTextFileSync(rc), "export A=1\n");
  assert.equal(entriesOf(world).length, 1);
  await rr(world, ...SETUP);
  assert.equal((await rr(world, "uninstall", "--purge", "--yes", "--no-service")).code, 0);
  const left = [...Deno.readDirSync(world.home)].map(({ name }) => name).toSorted();
  assert.deepEqual(left, [".config", ".zsh_history", ".zshrc"]);
  assert.deepEqual([...Deno.readDirSync(`${world.home}/.config`)], []);
});
