/** Sockets for beacons, which cost little however much is sent to them. */
import { createSocket, type Socket } from "node:dgram";
import { BEACON_BYTES } from "./beacon.ts";

/** Deno takes memory of this size anew for each datagram; Node gives the system so much for all of them. */
const SIZE_IS_PER_DATAGRAM = "Deno" in globalThis;
/**
 * A datagram that is longer is no beacon, and may be cut. With the 64 KiB that Deno takes otherwise,
 * ten thousand datagrams a second leave 60 MB of memory in use.
 */
const DATAGRAM_BYTES = 2 * BEACON_BYTES;

/** A socket that shares its port with other programs of this machine. */
export function createDatagramSocket(family: 4 | 6): Socket {
  return createSocket({
    type: family === 6 ? "udp6" : "udp4",
    reuseAddr: true,
    ...(family === 6 ? { ipv6Only: true } : {}),
    ...(SIZE_IS_PER_DATAGRAM ? { recvBufferSize: DATAGRAM_BYTES } : {}),
  });
}

/** Resolves when the socket has the port. @throws what the system says */
export async function bindDatagrams(socket: Socket, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("error", reject);
  socket.bind(port, () => resolve());
  await promise;
  socket.off("error", reject);
}
