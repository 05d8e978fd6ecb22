/** Strangers on the network who take up what a pairing needs: the right two still meet. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { raceAbort } from "../../../src/base/async/race_abort.ts";
import { callHost, callHosts, openNetworkWay } from "../../../src/app/pairing/tcp.ts";
import { deps, soon } from "../_pairing_lab.ts";

const NUMBER = 7;
const HELLO = Uint8Array.of(1, 2, 3);
/** More than anybody holds. */
const STRANGERS = 40;
const HELD = 16;

/** Connects, and says nothing. */
function stranger(port: number): { readonly socket: Socket; readonly gone: Promise<unknown> } {
  const socket = connect({ host: "127.0.0.1", port }).on("error", () => {}).resume();
  return { socket, gone: new Promise((resolve) => socket.once("close", resolve)) };
}

/** Resolves with the last of so many, whichever they are. */
function atLeast(count: number, promises: readonly Promise<unknown>[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = count;
  for (const one of promises) void one.then(() => --left === 0 && resolve());
  return promise;
}

Deno.test("a host whose port is held by strangers still greets its guest, and then takes nobody else", async () => {
  await using way = await openNetworkWay(NUMBER, HELLO, deps);
  const strangers = Array.from({ length: STRANGERS }, () => stranger(way.port));
  try {
    // Once all but 16 had to make room, all have come: who comes next is the guest.
    await raceAbort(atLeast(STRANGERS - HELD, strangers.map(({ gone }) => gone)), soon());
    const guest = await callHost("127.0.0.1", way.port, NUMBER, deps, soon());
    assert.deepEqual(guest.hello, HELLO);
    await guest.send("answer", Uint8Array.of(4));
    const line = await way.line(soon());
    assert.deepEqual(line.answer, Uint8Array.of(4));
    await raceAbort(stranger(way.port).gone, soon());
  } finally {
    for (const { socket } of strangers) socket.destroy();
  }
});

/** A server that takes whoever comes, and says what it is given to say. */
async function serving(say: Uint8Array, sockets: Set<Socket>): Promise<Server & AsyncDisposable> {
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.once("close", () => sockets.delete(socket)).resume();
    socket.write(say);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(server, {
    [Symbol.asyncDispose]: () => new Promise<void>((done) => void server.close(() => done())),
  });
}

Deno.test("a guest to whom strangers name hosts that say nothing still reaches the right one", async () => {
  const sockets = new Set<Socket>();
  await using servers = new AsyncDisposableStack();
  const ports: number[] = [];
  for (let i = 0; i <= STRANGERS; i++) {
    const say = i === STRANGERS ? Uint8Array.of(0, HELLO.length, ...HELLO) : new Uint8Array();
    const server = servers.use(await serving(say, sockets));
    ports.push((server.address() as AddressInfo).port);
  }
  const stop = new AbortController();
  const { line, tryAt } = callHosts(NUMBER, deps, stop.signal);
  try {
    for (const port of ports) tryAt({ places: [{ address: "127.0.0.1", port }] });
    assert.deepEqual((await raceAbort(line, soon())).hello, HELLO);
  } finally {
    stop.abort(new Error("enough"));
    for (const socket of sockets) socket.destroy();
  }
});

Deno.test("a host is called again where so many others were named since that it is forgotten", async () => {
  const sockets = new Set<Socket>();
  await using server = await serving(new Uint8Array(), sockets);
  const { port } = server.address() as AddressInfo;
  const stop = new AbortController();
  const { tryAt } = callHosts(NUMBER, deps, stop.signal);
  const call = (address: string): void => tryAt({ places: [{ address, port }] });
  try {
    const first = once(server, "connection");
    call("127.0.0.1");
    await raceAbort(first, soon());
    const again = once(server, "connection");
    // Where nobody listens: the server has one address alone.
    for (let i = 0; i < 256; i++) call(`127.0.1.${i}`);
    call("127.0.0.1");
    await raceAbort(again, soon());
  } finally {
    stop.abort(new Error("enough"));
    for (const socket of sockets) socket.destroy();
  }
});
