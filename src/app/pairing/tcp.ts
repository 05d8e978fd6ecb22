/** Pairing over a TCP connection of its own, found by a beacon or by address. */
import { connect, createServer, type Server, type Socket } from "node:net";
import { FairRoom } from "../../base/async/fair_room.ts";
import { linkedController } from "../../base/async/linked_signal.ts";
import { timeLimit } from "../../base/async/timer.ts";
import { raceAbort } from "../../base/async/race_abort.ts";
import type { Clock } from "../../base/clock.ts";
import { Disposers } from "../../base/disposers.ts";
import type { Random } from "../../base/random.ts";
import { pairBeaconKey, SUBJECT_BYTES } from "../../lan/beacon.ts";
import { LanDiscovery, type LanPeer } from "../../lan/discovery.ts";
import { FrameStream } from "../../lan/frames.ts";
import { openMulticast } from "../../lan/udp.ts";
import { type GuestLine, type HostLine, type HostWay, WayError } from "./lines.ts";

/** The TCP port that `--at` means if it names none, and that a host takes if it is free. */
export const PAIR_PORT = 8846;
/**
 * Connections that may wait at one time, and hosts that are called. A pairing takes a round trip or two;
 * who is longer at it makes room, so that strangers keep nobody out.
 */
const MAX_WAITING = 16;
/** Hosts that are remembered as called, so that none is called at each of its words. */
const MAX_CALLED = 256;
/** Time for a connection to say what it wants, and for a guest to answer a hello. */
const ANSWER_MS = 20_000;

/** What the ways need of the world. */
export interface WayDeps {
  readonly clock: Clock;
  readonly random: Random;
}

/** Listens for a guest, and lets the local network know. */
export async function openNetworkWay(
  number: number,
  hello: Uint8Array,
  deps: WayDeps,
): Promise<HostWay & { readonly port: number }> {
  const { promise, resolve } = Promise.withResolvers<HostLine>();
  await using parts = new Disposers();
  const sockets = new Set<Socket>();
  const room = new FairRoom(MAX_WAITING);
  let isTaken = false;
  const take = (line: HostLine): void => {
    isTaken = true;
    resolve(line);
  };
  const server = await listen((socket) => {
    // A code is for one: whoever comes later would only take up room.
    if (isTaken) return void socket.destroy();
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    const leave = (): void => void socket.destroy();
    room.admit(socket.remoteAddress ?? "", leave, () => greet(socket, number, hello, deps.clock))
      .then((line) => line && (isTaken ? leave() : take(line)), () => {});
  });
  parts.use({
    [Symbol.dispose]: () => {
      server.close();
      for (const socket of sockets) socket.end();
    },
  });
  const { port } = server.address() as { port: number };
  const seeking = parts.use(await seek(number, () => port, () => {}, deps));
  const owned = parts.move();
  return {
    name: `the network (port ${port}${
      seeking.isAlone ? "; this machine is on none just now" : ""
    })`,
    port,
    line: () => promise,
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

async function greet(
  socket: Socket,
  number: number,
  hello: Uint8Array,
  clock: Clock,
): Promise<HostLine | undefined> {
  const stream = new FrameStream(socket, socket, () => socket.destroy());
  using patience = timeLimit(clock, ANSWER_MS);
  try {
    if (await stream.line(patience.signal) !== `rustory-pair ${number}`) {
      throw new WayError("a stranger");
    }
    await stream.write(hello);
    const answer = await stream.frame(patience.signal);
    if (answer === undefined) throw new WayError("no answer");
    return hostLine(stream, "the network", answer);
  } catch {
    socket.destroy();
    return undefined;
  }
}

/** A line of which the answer has come. */
export function hostLine(stream: FrameStream, name: string, answer: Uint8Array): HostLine {
  return {
    name,
    answer,
    send: (message) => stream.write(message),
    reply: async (signal) => {
      const reply = await stream.frame(signal);
      if (reply === undefined) throw new WayError("The other machine has hung up");
      return reply;
    },
  };
}

/** Resolves with the first host of this number that the local network shows. */
export async function findOnNetwork(
  number: number,
  deps: WayDeps,
  signal: AbortSignal,
): Promise<GuestLine> {
  const { line, tryAt } = callHosts(number, deps, signal);
  await using _seeking = await seek(number, () => undefined, tryAt, deps);
  return await raceAbort(line, signal);
}

/** Calls every host that it is told of, once; the line is that of the first that answers. */
export function callHosts(
  number: number,
  deps: Pick<WayDeps, "clock">,
  signal: AbortSignal,
): { readonly line: Promise<GuestLine>; tryAt(peer: Pick<LanPeer, "places">): void } {
  const { promise, resolve } = Promise.withResolvers<GuestLine>();
  const room = new FairRoom(MAX_WAITING);
  const called = new Set<string>();
  const call = async (address: string, port: number): Promise<void> => {
    using own = linkedController(signal);
    const leave = (): void => own.abort(new WayError("others are called as well"));
    resolve(
      await room.admit(address, leave, () => callHost(address, port, number, deps, own.signal)),
    );
  };
  return {
    line: promise,
    tryAt({ places }): void {
      for (const { address, port } of places) {
        const key = `${address} ${port}`;
        if (called.has(key)) continue;
        // Whoever knows the number can make up hosts; the real one must not be lost behind them.
        if (called.size >= MAX_CALLED) called.clear();
        called.add(key);
        call(address, port).catch(() => {}); // the others may be the one
      }
    },
  };
}

/**
 * Calls a host by its address.
 *
 * @throws {WayError} if nobody is there, or nobody with this number
 */
export async function callHost(
  host: string,
  port: number,
  number: number,
  { clock }: Pick<WayDeps, "clock">,
  signal: AbortSignal,
): Promise<GuestLine> {
  const socket = connect({ host, port });
  const stream = new FrameStream(socket, socket, () => socket.destroy());
  stream.writeLine(`rustory-pair ${number}`);
  using patience = timeLimit(clock, ANSWER_MS, signal);
  const hello = await stream.frame(patience.signal).catch(() => undefined);
  if (hello !== undefined) return guestLine(stream, `the network, ${host}`, hello);
  socket.destroy();
  signal.throwIfAborted();
  throw new WayError(`nobody at ${host} port ${port} shows a code with the number ${number}`);
}

/** A line of which the hello has come. */
export function guestLine(stream: FrameStream, name: string, hello: Uint8Array): GuestLine {
  return {
    name,
    hello,
    send: (_slot, message) => stream.write(message),
    offer: async (signal) => {
      const offer = await stream.frame(signal);
      if (offer === undefined) throw new WayError("The other machine has hung up");
      return offer;
    },
  };
}

/** Takes part in the beacons of a number. */
async function seek(
  number: number,
  portAt: () => number | undefined,
  onPeer: (peer: LanPeer) => void,
  deps: WayDeps,
): Promise<AsyncDisposable & { readonly isAlone: boolean }> {
  const multicast = await openMulticast(deps);
  const subject = deps.random.bytes(SUBJECT_BYTES);
  // A machine that is just being set up may have any time.
  const options = { key: pairBeaconKey(number), subject, portAt, onPeer, maxSkewMs: Infinity };
  const discovery = new LanDiscovery(options, { multicast, ...deps });
  const stop = new AbortController();
  const running = discovery.run(stop.signal);
  running.catch(() => {}); // thrown where the way is closed
  return {
    isAlone: multicast.interfaces().length === 0,
    async [Symbol.asyncDispose](): Promise<void> {
      stop.abort(new Error("the pairing is over"));
      try {
        await running;
      } finally {
        await multicast[Symbol.asyncDispose]();
      }
    },
  };
}

/** On the usual port of both address families, or on any. */
async function listen(take: (socket: Socket) => void): Promise<Server> {
  const tries = [["::", PAIR_PORT], ["0.0.0.0", PAIR_PORT], ["::", 0], ["0.0.0.0", 0]] as const;
  let last: unknown;
  for (const [host, port] of tries) {
    const server = createServer(take);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Stays: a later error is of one connection that could not be accepted, and must not end the process.
    server.on("error", reject);
    server.listen({ host, port }, resolve);
    try {
      await promise;
      return server;
    } catch (error) {
      last = error;
    }
  }
  throw last;
}
