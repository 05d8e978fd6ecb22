/** One device, several processes: who takes the connections, and what a reload leaves as it was. */
import assert from "node:assert/strict";
import { Lab, LOOPBACK, peerIdOf, said } from "./_lab.ts";

const NEVER = ["--interval-sec", "3600"];
const OFTEN = ["--interval-sec", "1"];

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  Deno.test(`p2p-sync --watch takes the connections when p2p-serve has ended by ${signal}`, async () => {
    await using lab = new Lab();
    const tracker = await lab.tracker();
    const env = { RUSTORY_TRACKERS: tracker.url };
    const [a, b] = [await lab.device("a", { env }), await lab.device("b", { env })];
    const serving = await a.startServe("--listen", LOOPBACK);
    const first = await said(serving, "p2p listen: ");
    const watching = await a.start("p2p-sync", "--watch", "--listen", LOOPBACK, ...NEVER);
    await watching.line((line) => line.includes("Another process of this device takes"));
    assert.ok(!watching.output().includes("p2p listen: "), watching.output());

    serving.kill(signal);
    await serving.exited;
    const second = await said(watching, "p2p listen: ");
    assert.equal(peerIdOf(second), peerIdOf(first), "it is the same device");
    assert.notEqual(second, first);

    // The tracker tells where it is now; a push needs somebody who takes connections there.
    const id = await b.record("echo for the one that took over");
    await b.startDaemon("--listen", LOOPBACK, ...OFTEN);
    await a.untilHas(id);
    watching.kill("SIGTERM");
    assert.equal(await watching.exited, 0);
  });
}

Deno.test("p2p-serve waits for a daemon that takes the connections, and takes over when that ends", async () => {
  await using lab = new Lab();
  const device = await lab.device("a");
  const daemon = await device.startDaemon("--listen", LOOPBACK, ...NEVER);
  const serving = await device.start("p2p-serve", "--listen", LOOPBACK);
  await serving.line((line) => line.includes("Another process of this device takes"));
  daemon.kill("SIGKILL");
  await said(serving, "p2p listen: ");
  serving.kill("SIGTERM");
  assert.equal(await serving.exited, 0);
});

Deno.test("SIGHUP leaves a daemon on its port, with a peer connected", async () => {
  await using lab = new Lab();
  const [a, b] = [await lab.device("a"), await lab.device("b")];
  const port = freePort();
  const daemon = await a.startDaemon("--listen", `/ip4/127.0.0.1/tcp/${port}`, ...NEVER);
  const addr = await said(daemon, "p2p listen: ");
  await b.startDaemon("--listen", LOOPBACK, "--peers", addr, ...OFTEN);
  await daemon.line((line) => line.includes("Connected: "));
  for (let i = 1; i <= 3; i++) {
    Deno.writeTextFileSync(
      `${a.home}/.config/rustory/config.toml`,
      `p2p_request_attempts = ${i}\n`,
    );
    daemon.kill("SIGHUP");
    await untilCount(daemon, "p2p listen: ", i + 1);
  }
  const ports = daemon.output().split("\n").filter((line) => line.startsWith("p2p listen: "));
  assert.deepEqual(ports, Array(4).fill(`p2p listen: ${addr}`), daemon.output());
  const id = await b.record("echo after three reloads");
  await a.untilHas(id);
});

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function untilCount(
  child: { line(test: (line: string) => boolean): Promise<string>; output(): string },
  words: string,
  count: number,
): Promise<void> {
  await child.line(() => child.output().split(words).length > count);
}
