/**
 * The listening sockets of libp2p as doors that are watched. It reaches into the listeners of
 * `@libp2p/tcp` 11.0.28, which is pinned: `pause()` and `resume()` close and open the socket and leave
 * the connections alone.
 */
import { type AddressInfo, connect, type Server } from "node:net";
import { keepOpen } from "../../base/async/door.ts";
import { linkedController } from "../../base/async/linked_signal.ts";
import { reachableHost, serverDoor } from "../../base/async/server_door.ts";
import type { NodeDeps } from "./node.ts";

/** What is used of a TCP listener. */
export interface TcpListener extends EventTarget {
  readonly server: Server;
  getAddrs(): unknown[];
  pause(): void;
  resume(): Promise<void>;
}

/** Watches over a listener until it is closed for good or the signal is aborted. */
export async function watchListener(
  listener: TcpListener,
  { clock, logger, onListener }: NodeDeps,
  signal: AbortSignal,
): Promise<void> {
  using over = linkedController(signal);
  listener.addEventListener("close", () => over.abort(), { once: true });
  const { server } = listener;
  const { address, port } = server.address() as AddressInfo;
  const host = address.includes(":") ? `[${address}]` : address;
  const door = serverDoor(
    server,
    `listener at ${host}:${port}`,
    () => connect({ host: reachableHost(address), port }),
    async () => {
      listener.pause();
      await listener.resume();
    },
  );
  await keepOpen(door, { clock, logger, onState: onListener }, over.signal);
}
