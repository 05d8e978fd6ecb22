import assert from "node:assert/strict";
import { openServiceNotifier } from "../../src/process/notify.ts";
import type { NotifyChannel } from "../../src/process/notify_channel.ts";
import { FakeWorld } from "../fakes/fake_world.ts";
import { RecordingLogger } from "../fakes/recording_logger.ts";
import { type Child, start } from "../fakes/child_process.ts";

const ALL = [
  "READY=1|STATUS=2 peers MAINPID=1",
  "RELOADING=1",
  "READY=1|STATUS=3 peers",
  "STOPPING=1",
];

function fileOf(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

async function receiver(address: string): Promise<Child> {
  const child = start("perl", [fileOf("_notify_receiver.pl"), address]);
  assert.equal(await child.line(), "bound");
  return child;
}

/** Runs the sender under the service's own permissions, `flags` besides. */
function sender(flags: readonly string[], env: Record<string, string>): Child {
  const allow = ["--allow-read", "--allow-write", "--allow-env", "--allow-net", "--allow-sys"];
  const run = ["run", "--quiet", "--no-check", ...allow, "--allow-run=systemd-notify", ...flags];
  return start(Deno.execPath(), [...run, fileOf("_notify_sender.ts")], env);
}

async function assertReceives(from: Child, messages: readonly string[]): Promise<void> {
  for (const message of messages) assert.equal(await from.line(), message);
}

/** For what only systemd brings about. */
function linuxTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, ignore: Deno.build.os !== "linux" });
}

Deno.test("openServiceNotifier() is silent where no manager listens", async () => {
  using world = new FakeWorld({ env: { WATCHDOG_USEC: "1000" } });
  await using notifier = openServiceNotifier({ world, logger: new RecordingLogger() });
  assert.equal(notifier.way, "none");
  notifier.ready("");
  notifier.stopping();
  await notifier.flush();
});

linuxTest("openServiceNotifier() sends datagrams to a path", async () => {
  using world = new FakeWorld();
  const address = `${world.home}/notify`;
  await using manager = await receiver(address);
  await using service = sender(["--unstable-net"], { NOTIFY_SOCKET: address });
  await assertReceives(service, ["datagram", "done"]);
  await assertReceives(manager, ALL);
  assert.equal((await service.status).code, 0);
});

linuxTest("openServiceNotifier() sends datagrams to an abstract address", async () => {
  const address = `@rustory-test-${crypto.randomUUID()}`;
  await using manager = await receiver(address);
  await using service = sender(["--unstable-net"], { NOTIFY_SOCKET: address });
  await assertReceives(service, ["datagram", "done"]);
  await assertReceives(manager, ALL);
});

linuxTest("openServiceNotifier() has systemd-notify send where the runtime cannot", async () => {
  using world = new FakeWorld();
  const bin = `${world.home}/bin`;
  Deno.mkdirSync(bin);
  Deno.copyFileSync(fileOf("_fake_systemd_notify.pl"), `${bin}/systemd-notify`);
  Deno.chmodSync(`${bin}/systemd-notify`, 0o755);
  const address = `${world.home}/notify`;
  await using manager = await receiver(address);
  const env = { NOTIFY_SOCKET: address, PATH: `${bin}:${Deno.env.get("PATH")}` };
  await using service = sender([], env);
  await assertReceives(service, ["helper", "done"]);
  await assertReceives(manager, ALL);
});

Deno.test({
  name: "openServiceNotifier() works with the real systemd-notify",
  ignore: !hasProgram("systemd-notify"),
  async fn(): Promise<void> {
    using world = new FakeWorld();
    const address = `${world.home}/notify`;
    await using manager = await receiver(address);
    await using service = sender([], { NOTIFY_SOCKET: address });
    await assertReceives(service, ["helper", "done"]);
    // It asks in a message of its own to be told when the first was read.
    const seen: string[] = [];
    while (seen.length < ALL.length) {
      const line = await manager.line();
      if (line !== "BARRIER=1") seen.push(line);
    }
    assert.deepEqual(seen, ALL);
  },
});

linuxTest("openServiceNotifier() says once that nobody can be told, and goes on", async () => {
  using world = new FakeWorld();
  await using service = sender(["--unstable-net"], { NOTIFY_SOCKET: `${world.home}/nobody` });
  assert.equal(await service.line(), "datagram");
  assert.match(await service.line(), /^warn: Cannot tell systemd how we are: /);
  assert.equal(await service.line(), "done");
});

/** Keeps what is sent; the first message waits for `release`. */
class HeldChannel implements NotifyChannel {
  readonly way = "datagram";
  readonly sent: string[] = [];
  readonly #gate = Promise.withResolvers<void>();

  async send(lines: readonly string[]): Promise<void> {
    await this.#gate.promise;
    this.sent.push(lines.join("|"));
  }

  release(): void {
    this.#gate.resolve();
  }

  [Symbol.dispose](): void {
    this.sent.push("closed");
  }
}

Deno.test("openServiceNotifier() skips a status that is out of date before it is sent", async () => {
  using world = new FakeWorld();
  const channel = new HeldChannel();
  {
    await using notifier = openServiceNotifier({ world, logger: new RecordingLogger(), channel });
    notifier.ready("up");
    for (let at = 0; at < 100; at++) notifier.status(`round ${at}`);
    notifier.stopping();
    notifier.status("x".repeat(1_000));
    channel.release();
  }
  const [ready, status, stopping, long, closed] = channel.sent;
  assert.deepEqual([ready, status], ["READY=1|STATUS=up", "STATUS=round 99"]);
  assert.deepEqual([stopping, closed], ["STOPPING=1", "closed"]);
  assert.equal(long!.length, "STATUS=".length + 512);
});

Deno.test("openServiceNotifier() gives signs of life twice as often as asked", async () => {
  const env = { WATCHDOG_USEC: "60000000", WATCHDOG_PID: "4242" };
  using world = new FakeWorld({ env });
  assert.equal(world.pid, 4242);
  const channel = new HeldChannel();
  channel.release();
  {
    await using notifier = openServiceNotifier({ world, logger: new RecordingLogger(), channel });
    for (let round = 1; round <= 3; round++) {
      await world.clock.untilSleeping();
      await world.clock.advance(29_999);
      await notifier.flush();
      assert.equal(channel.sent.length, round - 1);
      await world.clock.advance(1);
      await world.clock.untilSleeping();
      await notifier.flush();
      assert.equal(channel.sent.length, round);
    }
  }
  assert.deepEqual(channel.sent, ["WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1", "closed"]);
  assert.equal(world.clock.sleeping, 0);
});

Deno.test("openServiceNotifier() gives no signs of life for another process", async () => {
  using world = new FakeWorld({ env: { WATCHDOG_USEC: "60000000", WATCHDOG_PID: "1" } });
  const channel = new HeldChannel();
  await using _notifier = openServiceNotifier({ world, logger: new RecordingLogger(), channel });
  assert.equal(world.clock.sleeping, 0);
});

Deno.test("openServiceNotifier() does not wait for a manager that hangs when it is disposed", async () => {
  using world = new FakeWorld();
  const channel = new HeldChannel();
  const notifier = openServiceNotifier({ world, logger: new RecordingLogger(), channel });
  notifier.stopping();
  const disposed = notifier[Symbol.asyncDispose]();
  await world.clock.untilSleeping();
  await world.clock.advance(250);
  await disposed;
  assert.deepEqual(channel.sent, ["closed"]);
});

function hasProgram(name: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${name}`).isFile;
    } catch {
      return false;
    }
  });
}
