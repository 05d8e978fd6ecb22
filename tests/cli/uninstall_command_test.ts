/** `rr uninstall` on machines of several kinds; no service manager is touched. */
import assert from "node:assert/strict";
import { uninstallCommand } from "../../src/cli/commands/uninstall.ts";
import { main } from "../../src/cli/main.ts";
import { tryRole } from "../../src/process/lock.ts";
import { FakeMachine } from "../service/_fake_machine.ts";
import { annsWorld, entriesOf, rr } from "./_run.ts";
import { set, SETUP, UNINSTALL } from "./_setup.ts";

Deno.test("rr uninstall takes it back; --purge leaves nothing of rr", async () => {
  using world = annsWorld();
  const rc = `${world.home}/.zshrc`;
  Deno.writeTextFileSync(rc, "export A=1");
  Deno.writeTextFileSync(`${world.home}/.zsh_history`, ": 1700000000:2;make test\n");
  await rr(world, ...SETUP);
  const dry = await rr(world, "uninstall", "--purge", "--dry-run");
  assert.match(dry.out, /remove .*history\.db\n/);
  const taken = await rr(world, ...UNINSTALL);
  assert.equal(taken.code, 0);
  assert.match(
    taken.out,
    /\nDone\. .*\nThe history, the keys and the config stay; `rr uninstall --/,
  );
  assert.equal(Deno.readTextFileSync(rc), "export A=1");
  assert.equal(entriesOf(world).length, 1);
  await rr(world, ...SETUP);
  // Compiled code, which a Node keeps there.
  Deno.mkdirSync(`${world.home}/.cache/rustory/node/v24`, { recursive: true });
  const purged = await rr(world, ...UNINSTALL, "--purge");
  assert.equal(purged.code, 0);
  assert.match(purged.out, /remove ~\/\.cache\/rustory\n/);
  assert.doesNotMatch(purged.out, /stay/);
  const left = [...Deno.readDirSync(world.home)].map(({ name }) => name).toSorted();
  assert.deepEqual(left, [".zsh_history", ".zshrc"]);
});

Deno.test("rr uninstall removes a start file that setup made", async () => {
  using world = annsWorld();
  await rr(world, ...SETUP);
  assert.match(Deno.readTextFileSync(`${world.home}/.zshrc`), /\(this file was made by rr setup\)/);
  await rr(world, ...UNINSTALL, "--purge");
  assert.deepEqual([...Deno.readDirSync(world.home)], []);
});

Deno.test("rr uninstall speaks of a service only where there is one, and says so if nothing is there", async () => {
  const nothing = "There is nothing of rr to take back.\n";
  const uninstalled = async ({ world, run }: FakeMachine, ...flags: string[]): Promise<string> => {
    world.args = ["uninstall", ...flags];
    const command = uninstallCommand(run);
    assert.equal(await main(world, () => Promise.resolve({ command })), 0, world.takeErr());
    return world.takeOut();
  };
  using bare = new FakeMachine({ noUserManager: true });
  assert.equal(await uninstalled(bare), nothing, "nothing is asked either");
  using machine = new FakeMachine();
  assert.equal(await uninstalled(machine), nothing);
  await set(machine.world, machine.run);
  assert.match(await uninstalled(machine, "--dry-run"), /stop the service and remove it/);
  assert.match(await uninstalled(machine, "--yes"), /\nDone\./);
  assert.match(await uninstalled(machine), /^There is nothing .*\nThe history, .* stay;/);
});

Deno.test("rr uninstall names a daemon that no service has started", async () => {
  using machine = new FakeMachine({ noUserManager: true });
  const { world, run } = machine;
  await set(world, run);
  world.files.makePrivateFolder(`${world.home}/.rustory`);
  const held = tryRole(`${world.home}/.rustory/history.db`, "daemon", world);
  assert.ok("lock" in held);
  using _lock = held.lock;
  world.args = ["uninstall", "--yes"];
  const command = uninstallCommand(run);
  assert.equal(await main(world, () => Promise.resolve({ command })), 0);
  assert.match(world.takeErr(), new RegExp(`by hand still runs: \`kill ${world.pid}\` ends it`));
});
