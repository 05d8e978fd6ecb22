/**
 * Descriptors are used up by a crowd of connections and free again: every listener of every
 * long-running command takes connections afterwards. On Deno one failed `accept()` ends a listener.
 */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import { connect, type Socket } from "node:net";
import { Device } from "../../scripts/lab/device.ts";
import { shellDoorFile } from "../../src/config/paths.ts";
import { freePort } from "../../scripts/soak/cast.ts";
import { Lab } from "./_lab.ts";

/** Enough to start with, and few enough to be used up by the crowd. */
const DESCRIPTORS = 90;
const CROWD = 150;

function fewDescriptors(argv: readonly string[]): string[] {
  return ["sh", "-c", `ulimit -n ${DESCRIPTORS}; exec "$@"`, "sh", ...argv];
}

Deno.test("listeners take connections again after descriptors were used up", async () => {
  await using lab = new Lab();
  const device = new Device("few", lab.root, { wrap: fewDescriptors });
  await using _device = device;
  const [peer, metrics, tracker, relay] = [freePort(), freePort(), freePort(), freePort()];
  await device.startDaemon(
    ...["--listen", `/ip4/127.0.0.1/tcp/${peer}`, "--metrics-bind", `127.0.0.1:${metrics}`],
  );
  const daemon = device.daemon;
  const trackerChild = await device.start("tracker-serve", "--bind", `127.0.0.1:${tracker}`);
  await trackerChild.line((line) => line.includes("tracker listen: "));
  const relayChild = await device.start("relay-serve", "--listen", `/ip4/127.0.0.1/tcp/${relay}`);
  await relayChild.line((line) => line.includes("relay listen: "));
  const http = "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
  const [shells, token] = (await Deno.readTextFile(shellDoorFile(device.database))).split(" ");
  for (const port of [peer, metrics, tracker, relay, Number(shells)]) {
    await crowd(port);
    // A node of libp2p sends its nonce as soon as it has accepted.
    const first = { [peer]: "", [relay]: "", [shells!]: `${token}\0` }[port] ?? http;
    assert.ok(await answers(port, first), `port ${port}`);
  }
  assert.match(await device.rr("status"), /few/);
  for (const child of [daemon, trackerChild, relayChild]) {
    const lines = child.output().split("\n").filter((line) => line.includes("opened anew"));
    const listeners = new Set(lines.map((line) => line.slice(line.indexOf("listener="))));
    assert.equal(lines.length, listeners.size, `said once for each:\n${lines.join("\n")}`);
  }
});

Deno.test("the one port of a hub takes connections again, and so does its socket for status", async () => {
  await using lab = new Lab();
  await using device = new Device("hub", lab.root, { wrap: fewDescriptors });
  const port = freePort();
  const state = `${device.home}/hub`;
  await device.rr(
    ...["hub", "install", "--host", "127.0.0.1", "--tracker-port", `${port}`, "--state", state],
  );
  const hub = await device.start("hub", "run", "--state", state);
  await hub.line((line) => line.includes("tracker listen: "));
  await crowd(port);
  assert.ok(await answers(port, "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"));
  const isAnswered = async (): Promise<boolean> =>
    (await device.try("hub", "status", "--json", "--state", state)).code === 0;
  assert.ok(await isAnswered());
  await Deno.remove(`${state}/hub.sock`);
  await until(isAnswered);
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end;) {
    if (await holds()) return;
  }
  assert.fail("It does not come to that");
}

/** Opens more connections than there can be, holds them until the listener has met its limit. */
async function crowd(port: number): Promise<void> {
  const sockets = Array.from({ length: CROWD }, () => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("error", () => {});
    return socket;
  });
  await Promise.all(sockets.map((socket) => settled(socket)));
  for (const socket of sockets) socket.destroy();
}

function settled(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once("connect", () => resolve()).once("close", () => resolve());
  return promise;
}

/** Whether somebody sends a byte at last. */
async function answers(port: number, request: string): Promise<boolean> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end;) {
    const socket = connect({ port, host: "127.0.0.1" });
    const { promise, resolve } = Promise.withResolvers<boolean>();
    socket.setTimeout(2_000, () => resolve(false));
    socket.on("error", () => resolve(false)).on("close", () => resolve(false));
    socket.once("data", () => resolve(true)).once("connect", () => socket.write(request));
    const isAnswered = await promise;
    socket.destroy();
    if (isAnswered) return true;
  }
  return false;
}
