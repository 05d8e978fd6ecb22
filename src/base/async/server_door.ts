/** A `node:net` or `node:http` server as a door that is watched; see {@linkcode Door}. */
import { type Door, NoWayError } from "./door.ts";

/** What is used of a server. */
export interface ServerEvents {
  on(event: "connection" | "drop" | "error", listener: () => void): unknown;
}

/** What is used of a client's socket. */
export interface KnockingSocket {
  once(event: "connect", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  destroy(): unknown;
}

/**
 * The door of a server that listens already.
 *
 * @param connect begins to connect to the server
 * @param reopen listens again at the same address
 */
export function serverDoor(
  server: ServerEvents,
  name: string,
  connect: () => KnockingSocket,
  reopen: () => Promise<void>,
): Door {
  let count = 0;
  const come = (): void => void count++;
  // One that is turned away as there are too many was accepted all the same.
  server.on("connection", come);
  server.on("drop", come);
  // A failed accept is an event on Node, where the listener lives on; whether it does is seen by knocking.
  server.on("error", () => {});
  return { name, comings: () => count, knock: (signal) => knock(connect, signal), reopen };
}

async function knock(connect: () => KnockingSocket, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect();
  const stop = (): void => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  socket.once("connect", () => resolve());
  socket.on("error", (error) => reject(hasNoWay(error) ? new NoWayError(error.message) : error));
  try {
    await promise;
  } finally {
    signal.removeEventListener("abort", stop);
    socket.destroy();
  }
}

const LOOPBACK = ["127.0.0.1", "::1"];
const NO_WAY = ["EADDRNOTAVAIL", "EAFNOSUPPORT", "EHOSTUNREACH", "EINVAL", "ENETUNREACH"];

/**
 * Whether a family of addresses is switched off, as IPv6 often is: one can listen on `::` all the same,
 * and nobody comes until it is switched on.
 */
function hasNoWay(error: Error & { readonly code?: string; readonly address?: string }): boolean {
  return LOOPBACK.includes(error.address ?? "") && NO_WAY.includes(error.code ?? "");
}

/** The address under which this machine reaches what listens at `host`. */
export function reachableHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}
