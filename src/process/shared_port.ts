/**
 * One port for two servers that cannot share it by themselves: HTTP, and a protocol that begins with
 * bytes that look random (libp2p behind a private network). Whoever connects speaks first in both, so
 * that its first bytes tell them apart.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Door } from "../base/async/door.ts";
import { reachableHost, serverDoor } from "../base/async/server_door.ts";
import { joinBytes } from "../base/bytes.ts";
import { type BindAddress, formatBind } from "../base/http.ts";
import { cannotListen } from "./http_serve.ts";

/** Where connections go, by what they begin with; `undefined` while nobody is there. */
export interface SharedPortTargets {
  http(): BindAddress | undefined;
  other(): BindAddress | undefined;
}

/** A port that is shared. Disposing closes it and what goes through it. */
export interface SharedPort extends AsyncDisposable {
  readonly address: BindAddress;
  /** To be watched, as the listener may die. */
  readonly door: Door;
}

/** Limits that tests lower. */
export interface SharedPortLimits {
  /** Longest wait for the first bytes, in milliseconds. */
  readonly firstBytesMs: number;
  /** Connections at once. */
  readonly maxConnections: number;
}

/** As many connections as HTTP and a relay take together. */
const LIMITS: SharedPortLimits = { firstBytesMs: 10_000, maxConnections: 4_096 };
const METHODS = ["GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "PATCH ", "OPTIONS ", "CONNECT "];
const LONGEST_METHOD = Math.max(...METHODS.map((method) => method.length));

/** Whether bytes begin an HTTP request; `undefined` if there are too few to tell. */
export function beginsHttp(bytes: Uint8Array): boolean | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, LONGEST_METHOD));
  if (METHODS.some((method) => text.startsWith(method))) return true;
  return METHODS.some((method) => method.startsWith(text)) ? undefined : false;
}

/**
 * Listens at `bind` and passes connections on, until it is disposed.
 *
 * @throws {RrError} `io` if nobody may listen there
 */
export async function sharePort(
  bind: BindAddress,
  targets: SharedPortTargets,
  limits: SharedPortLimits = LIMITS,
): Promise<SharedPort> {
  const open = new Set<Socket>();
  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    // Its other half is told by the end of the pipe.
    socket.on("error", () => socket.destroy());
  };
  // Half-closed connections are of use to both: each side ends by itself.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    keep(socket);
    socket.setTimeout(limits.firstBytesMs, () => socket.destroy());
    sort(socket, targets, keep);
  });
  server.maxConnections = limits.maxConnections;
  const address = { host: bind.host, port: await listening(server, bind) };
  const door = serverDoor(
    server,
    `listener at ${formatBind(address)}`,
    () => connect({ host: reachableHost(address.host), port: address.port }),
    async () => {
      server.close();
      await listening(server, address);
    },
  );
  return {
    address,
    door,
    async [Symbol.asyncDispose](): Promise<void> {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

function sort(socket: Socket, targets: SharedPortTargets, keep: (socket: Socket) => void): void {
  const head: Uint8Array[] = [];
  const giveUp = (): void => void socket.destroy();
  const look = (chunk: Uint8Array): void => {
    head.push(chunk);
    const seen = joinBytes(head);
    const isHttp = beginsHttp(seen);
    if (isHttp === undefined) return;
    socket.off("data", look);
    socket.off("end", giveUp);
    socket.pause();
    socket.setTimeout(0);
    const target = isHttp ? targets.http() : targets.other();
    if (target === undefined) socket.destroy();
    else passOn(socket, seen, target, keep);
  };
  socket.on("data", look);
  socket.once("end", giveUp);
}

function passOn(
  socket: Socket,
  head: Uint8Array,
  { host, port }: BindAddress,
  keep: (socket: Socket) => void,
): void {
  const inner = connect({ host, port, allowHalfOpen: true });
  keep(inner);
  inner.once("close", () => socket.destroy());
  socket.once("close", () => inner.destroy());
  inner.once("connect", () => {
    inner.write(head);
    socket.pipe(inner);
    inner.pipe(socket);
  });
}

function listening(server: Server, bind: BindAddress): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const fail = (cause: Error): void => reject(cannotListen(bind, cause));
  server.once("error", fail);
  server.listen({ host: bind.host, port: bind.port }, () => {
    server.off("error", fail);
    resolve((server.address() as { port: number }).port);
  });
  return promise;
}
