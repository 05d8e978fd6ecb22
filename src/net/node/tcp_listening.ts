/** Listening over TCP, within libp2p and past what its face shows. */
import type { Transport } from "@libp2p/interface";
import { tcp } from "@libp2p/tcp";
import { getThinWaistAddresses } from "@libp2p/utils";
import { multiaddr } from "@multiformats/multiaddr";
import type { Socket } from "node:net";
import type { TcpListener } from "./doors.ts";
import type { WaitingRoom } from "./waiting_room.ts";

/** The part of libp2p that listens, not on its face. */
interface TransportManager {
  listen(addrs: ReturnType<typeof multiaddr>[]): Promise<void>;
  getAddrs(): ReturnType<typeof multiaddr>[];
  getListeners(): TcpListener[];
}

/** Where a node takes connections. */
export interface Listening {
  /**
   * Starts listening, until the node stops.
   *
   * @param alsoIp4 whether the socket, one of IPv6, takes connections of IPv4 as well
   * @throws what libp2p throws if an address cannot be used
   */
  listen(addr: string, alsoIp4?: boolean): Promise<void>;
  /** The addresses listened on: concrete ones, with the ports that are in use. */
  listening(): string[];
}

/** TCP whose connections wait in `room` before they are let in; it can listen once libp2p has made it. */
export function tcpWith(
  room: WaitingRoom,
  onListening: (listener: TcpListener) => void,
): { readonly transport: ReturnType<typeof tcp>; listening(): Listening } {
  const makeTcp = tcp();
  let manager: TransportManager | undefined;
  return {
    transport: (components): Transport => {
      manager = (components as unknown as { transportManager: TransportManager }).transportManager;
      const transport = makeTcp(components);
      const createListener = transport.createListener.bind(transport);
      transport.createListener = (init) =>
        createListener({ ...init, upgrader: room.before(init.upgrader) });
      return transport;
    },
    listening: () => listeningOf(manager!, onListening),
  };
}

function listeningOf(
  manager: TransportManager,
  onListening: (listener: TcpListener) => void,
): Listening {
  return {
    async listen(addr, alsoIp4 = false): Promise<void> {
      const before = new Set(manager.getListeners());
      const made = (): TcpListener[] => manager.getListeners().filter((one) => !before.has(one));
      await manager.listen([multiaddr(addr)]).catch((error) => {
        // It would keep each that never listened, for ever.
        for (const one of made()) one.dispatchEvent(new Event("close"));
        throw error;
      });
      const [listener] = made();
      if (listener === undefined) return;
      if (alsoIp4) addIp4(listener);
      onListening(listener);
    },
    listening: () => manager.getAddrs().map(String),
  };
}

/** Has a listener of IPv6 that takes IPv4 as well say so, and call the peers by their IPv4 addresses. */
function addIp4(listener: TcpListener): void {
  const getAddrs = listener.getAddrs.bind(listener);
  listener.getAddrs = () => {
    const address = listener.server.address();
    if (address === null || typeof address === "string") return getAddrs();
    const ip4 = multiaddr(`/ip4/0.0.0.0/tcp/${address.port}`);
    return [...getThinWaistAddresses(ip4, address.port), ...getAddrs()];
  };
  listener.server.prependListener("connection", (socket: Socket) => {
    const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(socket.remoteAddress ?? "");
    if (mapped !== null) Object.defineProperty(socket, "remoteAddress", { value: mapped[1] });
  });
}
