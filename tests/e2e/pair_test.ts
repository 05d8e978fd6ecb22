/** `rr pair` between real programs, on networks of the test's own. */
import assert from "node:assert/strict";
import type { Device } from "../../scripts/lab/device.ts";
import { createLan, createStar, inside, whyNoNamespaces } from "../../scripts/lab/netns.ts";
import type { Child } from "../../scripts/lab/process.ts";
import { Lab, said } from "./_lab.ts";

const why = await whyNoNamespaces();
if (why !== undefined) {
  // deno-lint-ignore no-console -- a test that is not run must be seen
  console.error(`\n!!! NOT RUN: pairing between network namespaces: ${why} !!!\n`);
}

test("on one network and without any server, a code is all it takes", async (lab) => {
  await using lan = await createLan(3);
  const [first, second, third] = devices(lab, lan.hosts);
  const ofFirst = await first!.record("echo first");
  const ofSecond = await second!.record("echo second");
  const { host, code } = await showCode(first!);
  const joined = await second!.try("pair", code, "--yes");
  assert.equal(joined.code, 0, joined.stderr + joined.stdout);
  // Ours is sent, or the other machine has been quicker and has fetched it.
  assert.match(joined.stdout, /In sync with first, direct: 1 command received, [01] sent\./);
  assert.equal(await host.exited, 0);
  assert.match(host.output(), /In sync with second, direct: 1 command received\./);
  // Neither has a daemon: that the first sync is the last one so far is no secret.
  assert.match(
    joined.stdout,
    /No daemon runs on second, so nothing follows this sync: `rr setup` here/,
  );
  assert.match(
    host.output(),
    /No daemon runs on first, so nothing follows this sync: `rr setup` here/,
  );
  await second!.untilHas(ofFirst);
  await first!.untilHas(ofSecond);
  assert.deepEqual(keyOf(second!), keyOf(first!));
  assert.equal(Deno.statSync(second!.swarmKey).mode! & 0o777, 0o600);

  // The code is used up: a third machine learns that nobody shows it any more.
  const late = await third!.try("pair", code);
  assert.equal(late.code, 1);
  assert.match(late.stderr, /Cannot find a machine that shows the code/);
  assert.equal(exists(third!.swarmKey), false);
});

test("a running daemon takes part: it is dialled, and takes up the new key by itself", async (lab) => {
  await using lan = await createLan(2);
  const [first, second] = devices(lab, lan.hosts);
  const daemons = [
    await first!.startDaemon("--interval-sec", "1"),
    await second!.startDaemon("--interval-sec", "1"),
  ];
  const ofFirst = await first!.record("echo first");
  const { host, code } = await showCode(first!);
  // Its daemon has made a key of its own, which nothing depends on.
  const joined = await second!.try("pair", code);
  assert.equal(joined.code, 0, joined.stderr + joined.stdout);
  const logs = (): string => daemons.map((daemon) => daemon.output()).join("\n---\n");
  assert.ok(/In sync with first, direct/.test(joined.stdout), `${joined.stdout}\n${logs()}`);
  assert.doesNotMatch(joined.stdout + host.output(), /No daemon/);
  assert.equal(await host.exited, 0);
  assert.match(host.output(), /In sync with second, direct/);
  await second!.untilHas(ofFirst);
  await first!.untilHas(await second!.record("echo second"));
});

test("a wrong code is burnt, and says so on both sides; no key is written", async (lab) => {
  await using lan = await createLan(2);
  const [first, second] = devices(lab, lan.hosts);
  const { host, code } = await showCode(first!);
  const [number, word] = code.split("-");
  const wrong = `${number}-${word}-${code.endsWith("zoo") ? "zone" : "zoo"}`;
  const refused = await second!.try("pair", wrong);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /not the code of the other machine, and now it is burnt/);
  assert.equal(await host.exited, 1);
  assert.match(host.output(), /A wrong code was typed.*burnt/);
  assert.equal(exists(second!.swarmKey), false);
});

test("a history under another key is not given up without a yes, and the old key is kept", async (lab) => {
  await using lan = await createLan(2);
  const [first, second] = devices(lab, lan.hosts);
  await second!.record("echo mine");
  await second!.rr("swarm-key");
  const old = keyOf(second!);
  const asked = await showCode(first!);
  const declined = await second!.try("pair", asked.code);
  assert.equal(declined.code, 1);
  assert.match(declined.stdout, /has a history of 1 command and another swarm key/);
  assert.match(declined.stderr, /Nothing was changed/);
  assert.equal(await asked.host.exited, 1);
  assert.match(asked.host.output(), /second has declined/);
  assert.deepEqual(keyOf(second!), old);

  const again = await showCode(first!);
  const joined = await second!.try("pair", again.code, "--yes");
  assert.equal(joined.code, 0, joined.stderr);
  const kept = /The old swarm key is kept in (\S+)/.exec(joined.stdout)![1]!;
  assert.equal(Deno.readTextFileSync(kept), old);
  assert.deepEqual(keyOf(second!), keyOf(first!));
});

test("on two networks they meet at a tracker, and its token comes with the code", async (lab) => {
  await using star = await createStar(2);
  const hub = lab.newcomer("hub", { wrap: (argv) => inside(star.hub, argv) });
  const tracker = await hub.start("tracker-serve", "--bind", "0.0.0.0:8850", "--token", "secret");
  await said(tracker, "tracker listen: ");
  const [west, east] = star.hosts;
  const first = lab.newcomer("first", {
    wrap: (argv) => inside(west!.name, argv),
    env: { RUSTORY_TRACKERS: `http://${west!.hub}:8850`, RUSTORY_TRACKER_TOKEN: "secret" },
  });
  const second = lab.newcomer("second", { wrap: (argv) => inside(east!.name, argv) });
  const { host, code } = await showCode(first);
  assert.match(host.output(), /by the tracker http:/);
  const joined = await second.try("pair", code, "--at", `http://${east!.hub}:8850`);
  assert.match(joined.stdout, /Found first by the tracker/);
  assert.deepEqual(keyOf(second), keyOf(first));
  assert.match(
    Deno.readTextFileSync(`${second.home}/.config/rustory/config.toml`),
    /^tracker_token = "secret"$/m,
  );
  host.kill("SIGKILL");
});

test("three machines join one after another, whichever of them shows the code", async (lab) => {
  await using lan = await createLan(3);
  const [first, second, third] = devices(lab, lan.hosts);
  // The first one is killed in the middle: its code is gone, and the next one is as good.
  const killed = await showCode(first!);
  killed.host.kill("SIGKILL");
  await killed.host.exited;
  const gone = await second!.try("pair", killed.code);
  assert.equal(gone.code, 1);
  assert.match(gone.stderr, /Cannot find a machine that shows the code/);
  assert.equal(exists(second!.swarmKey), false);

  await joins(second!, await showCode(first!));
  await joins(third!, await showCode(second!));
  const again = await joins(first!, await showCode(third!));
  assert.match(again, /Both had the same swarm key already\./);
  for (const one of [second!, third!]) assert.deepEqual(keyOf(one), keyOf(first!));
});

test("without a network the machine is told what else it can do", async (lab) => {
  await using lan = await createLan(1);
  const [alone] = devices(lab, lan.hosts);
  const typo = await alone!.try("pair", "7-guitr-planet");
  assert.equal(typo.code, 2);
  assert.match(typo.stderr, /"guitr" is not one of its words: did you mean "guitar"\?/);
  const nobody = await alone!.try("pair", "7-guitar-planet", "--at", lan.hosts[0]!.address);
  assert.equal(nobody.code, 1);
  assert.match(nobody.stderr, /nobody at 10\.214\.0\.1 port 8846 shows a code with the number 7/);
});

function test(name: string, fn: (lab: Lab) => Promise<void>): void {
  Deno.test({
    name: `rr pair: ${name}`,
    ignore: why !== undefined,
    fn: async () => {
      await using lab = new Lab();
      await fn(lab);
    },
  });
}

function devices(lab: Lab, hosts: readonly { readonly name: string }[]): Device[] {
  const names = ["first", "second", "third"];
  return hosts.map(({ name }, i) =>
    lab.newcomer(names[i]!, {
      wrap: (argv) => inside(name, argv),
      // Different people by name: the key says that the machines belong together.
      env: { USER: `user${i}` },
    })
  );
}

/** Starts `rr pair` and waits for its code. */
async function showCode(device: Device): Promise<{ host: Child; code: string }> {
  const host = await device.start("pair");
  const line = await host.line((text) => /rr pair \d/.test(text));
  await host.line((text) => text.startsWith("It finds this one by"));
  return { host, code: line.trim().split(" ").at(-1)! };
}

/** Types the code as it is read out, and resolves to what is said. */
async function joins(
  device: Device,
  { host, code }: { readonly host: Child; readonly code: string },
): Promise<string> {
  const { code: ended, stdout, stderr } = await device.try(
    "pair",
    ...code.toUpperCase().split("-"),
  );
  assert.equal(ended, 0, stderr + stdout);
  assert.equal(await host.exited, 0, host.output());
  return stdout;
}

function keyOf(device: Device): string {
  return Deno.readTextFileSync(device.swarmKey);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
