/** Commands that read the history take in first what the shell hooks wrote. */
import assert from "node:assert/strict";
import { type EntryTaker, takeInFirst } from "../../src/app/intake.ts";
import { loadSettings } from "../../src/config/load.ts";
import type { FakeWorld } from "../fakes/fake_world.ts";
import { spoolBytes } from "../spool/_spool_bytes.ts";
import { annsWorld, entriesOf, rr } from "./_run.ts";

const AT_MS = 1_700_000_000_000;

/** What a hook leaves behind when `command` has ended. */
function typed(world: FakeWorld, command: string): void {
  const folder = `${world.home}/.rustory/spool`;
  world.files.makePrivateFolder(folder);
  const record = {
    key: "1",
    startedAtMs: AT_MS,
    sinceBoot: false,
    durationMs: 5,
    exitCode: 0,
    shell: "zsh",
    hostname: "host",
    cwd: "/srv",
    command,
  };
  Deno.writeFileSync(`${folder}/1-2-3.spool`, spoolBytes([record]), { mode: 0o600 });
}

Deno.test("takeInFirst() opens the history for records, not for the scratch of bash", async () => {
  using world = annsWorld();
  const folder = `${world.home}/.rustory/spool`;
  world.files.makePrivateFolder(folder);
  for (const name of ["1-2-3.line", "1-2-3.1700000000000-ab.torn"]) {
    world.files.createPrivate(`${folder}/${name}`, "x");
  }
  const settings = await loadSettings(world, {});
  let opened = 0;
  const open = (): EntryTaker => {
    opened++;
    return { log: { append: (entries) => ({ inserted: entries.length, ignored: 0 }) } };
  };
  await takeInFirst(world, settings, open, assert.fail);
  assert.equal(opened, 0);
  typed(world, "make all");
  await takeInFirst(world, settings, open, assert.fail);
  assert.equal(opened, 1);
});

for (const args of [["search"], ["export"], ["stats"]]) {
  Deno.test(`rr ${args.join(" ")} takes in what the hooks wrote`, async () => {
    using world = annsWorld();
    typed(world, "make all");
    const { code, out, err } = await rr(world, ...args);
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /make all/);
    assert.equal(entriesOf(world)[0]?.command, "make all");
  });
}

Deno.test("rr export without a history and without a spool says so and creates none", async () => {
  using world = annsWorld();
  const { code, err } = await rr(world, "export");
  assert.equal(code, 1);
  assert.match(err, /there is no such file/);
  assert.equal(world.files.stat(`${world.home}/.rustory`), undefined);
});

Deno.test("rr import does not double what a hook has written, whoever it imports for", async () => {
  using world = annsWorld();
  typed(world, "make all");
  Deno.writeTextFileSync(`${world.home}/.zsh_history`, `: ${AT_MS / 1000}:0;make all\n`);
  const { out } = await rr(world, "import");
  assert.match(out, /received=1 inserted=0 ignored=1 skipped=0/);
  assert.equal(entriesOf(world).length, 1);

  using other = annsWorld();
  typed(other, "make all");
  Deno.writeTextFileSync(`${other.home}/.zsh_history`, ": 1600000000:0;make old\n");
  await rr(other, "import", "--device-id", "desk", "--user-id", "bob");
  assert.deepEqual(entriesOf(other).map((entry) => [entry.command, entry.deviceId, entry.userId]), [
    ["make all", "laptop", "ann"],
    ["make old", "desk", "bob"],
  ]);
});

Deno.test("rr export and --json show on a terminal what could act on it, and lose nothing", async () => {
  using world = annsWorld();
  const command = "echo \x1b]0;owned\x07 \x9b2J safe\u202egpj.sh\nnext";
  await rr(world, "record", "--cmd", command);
  const exact = await rr(world, "export");
  world.terminal = true;
  for (const args of [["export"], ["search", "--json"]]) {
    const { out } = await rr(world, ...args);
    // deno-lint-ignore no-control-regex -- exactly these must not reach a terminal
    assert.doesNotMatch(out, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/, args.join(" "));
    const [found] = [JSON.parse(out)].flat() as { cmd?: string; command?: string }[];
    assert.equal(found!.command ?? found!.cmd, command);
  }
  for (const format of ["zsh", "bash", "fish"]) {
    const { out } = await rr(world, "export", "--format", format);
    // deno-lint-ignore no-control-regex -- exactly these must not reach a terminal
    assert.doesNotMatch(out, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/, format);
    assert.match(out, /owned/);
  }
  world.terminal = false;
  assert.equal((await rr(world, "export")).out, exact.out);
});
