/** The libp2p node as this project configures it, for devices and for relays. */
import {
  circuitRelayServer,
  type CircuitRelayServerInit,
  type CircuitRelayService,
  circuitRelayTransport,
  type CircuitRelayTransportComponents,
} from "@libp2p/circuit-relay-v2";
import { privateKeyFromProtobuf } from "@libp2p/crypto/keys";
import { dcutr } from "@libp2p/dcutr";
import { identify, identifyPush } from "@libp2p/identify";
import { FaultTolerance, type Libp2p, type Transport } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { getThinWaistAddresses } from "@libp2p/utils";
import { yamux } from "@libp2p/yamux";
import { multiaddr } from "@multiformats/multiaddr";
import type { Socket } from "node:net";
import { createLibp2p, type Libp2pInit, type Libp2pOptions } from "libp2p";
import type { Clock } from "../../base/clock.ts";
import type { PeerId } from "../../swarm/peer.ts";
import { VERSION } from "../../version.ts";
import { boundIdentify, boundIdentifyPush, boundUpgrades } from "./bounded_services.ts";
import { hardenedPsk, type HeardOf, type Traffic } from "./psk.ts";
import { WaitingRoom } from "./waiting_room.ts";
import { RelayOnlyGate } from "../dial/dial_gate.ts";
import { MUXER_PING_MS } from "../exchange/silence.ts";
import type { TcpListener } from "./doors.ts";
import type { Identity } from "../keys/identity.ts";

/** What every kind of node needs. */
export interface HostOptions {
  readonly identity: Identity;
  readonly swarmKey: Uint8Array;
  readonly maxConnections: number;
  /** Longest time for a stranger between TCP and the end of the handshake. */
  readonly handshakeMs: number;
  /** Which addresses the node tells others, given those it listens on; with `/p2p/<own id>`. */
  announce(addrs: readonly string[]): readonly string[];
  readonly clock: Clock;
  /** Called with each socket that listens. */
  onListening(listener: TcpListener): void;
}

/** A running libp2p node that does not listen yet, and its parts that libp2p does not show. */
export interface Host {
  readonly libp2p: Libp2p;
  readonly heardOf: HeardOf;
  readonly traffic: Traffic;
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

/** A device: dials, is reached through relays, upgrades relayed connections. */
export interface DeviceHost extends Host {
  readonly relayClient: RelayClient;
  /** Stands before every dial of a device that is reached through relays only. */
  readonly gate: RelayOnlyGate | undefined;
}

/** What a device's node takes besides. */
export interface DeviceHostOptions extends HostOptions {
  /** Connect directly to nobody but relays. */
  readonly relayOnly: boolean;
}

/** A relay for others. */
export interface RelayHost extends Host {
  readonly relayServer: CircuitRelayService;
}

/**
 * The reservations of `@libp2p/circuit-relay-v2` 4.2.13, which its type does not show. A reservation
 * is all that being reached through a relay takes: libp2p's circuit listener, which we do without,
 * only adds addresses, and gives up for ever when the first connection is lost.
 */
export interface RelayClient {
  readonly reservations: EventTarget & {
    hasReservation(relay: unknown): boolean;
    addRelay(relay: unknown, type: "configured"): Promise<unknown>;
  };
}

// 1 MiB moves 20 MiB/s over a round trip of 50 ms. libp2p's default of 16 MiB is above what a paused
// stream may buffer, which ends the stream, and lets a slow reader's memory grow.
const WINDOW_BYTES = 1 << 20;
const READ_BUFFER_BYTES = 4 << 20;
/**
 * Streams that the dialer may open before we have finished the handshake on our side. Libp2p's default
 * is 10; one more resets all of them, so a peer with much to ask would fail at once.
 */
const EARLY_STREAMS = 256;
/**
 * Devices behind one NAT are one host, so the default of 5 connections a second is too little. Those who were
 * sent away are still counted for a moment, hence twice as many as the waiting room has.
 */
const DEVICE_LIMITS = { inboundConnectionThreshold: 100, maxIncomingPendingConnections: 200 };
const DEVICE_WAITING = 100;
const RELAY_LIMITS = { inboundConnectionThreshold: 1_000, maxIncomingPendingConnections: 1_000 };
const RELAY_WAITING = 500;
/** Relayed connections that one peer may have through us at a time. */
const HOP_STREAMS = 256;
const STOP_STREAMS = 1_000;

/** Starts a device's node. */
export async function startDeviceHost(options: DeviceHostOptions): Promise<DeviceHost> {
  let transport: Transport | undefined;
  const relayTransport = circuitRelayTransport();
  const capture = (components: CircuitRelayTransportComponents): Transport =>
    transport = relayTransport(components);
  const makeUpgrades = dcutr();
  const gate = options.relayOnly ? new RelayOnlyGate() : undefined;
  const { init, heardOf, traffic, finish } = prepare(options, `rustory/${VERSION}`, DEVICE_WAITING);
  const libp2p = await createLibp2p({
    ...init,
    ...gate && { connectionGater: { denyDialMultiaddr: (addr) => gate.denies(String(addr)) } },
    transports: [...init.transports, capture],
    connectionManager: {
      ...init.connectionManager,
      ...DEVICE_LIMITS,
    },
    // Its one purpose is to make relayed connections direct.
    services: {
      ...init.services,
      ...!gate && {
        dcutr: (components: Parameters<typeof makeUpgrades>[0]) =>
          boundUpgrades(makeUpgrades(components), options.clock),
      },
    },
  });
  const { reservationStore } = transport as unknown as {
    reservationStore: RelayClient["reservations"] & { relayFilter?: unknown };
  };
  // The store never asks a relay again that failed once; when to ask again is decided in reservation_keeper.ts.
  reservationStore.relayFilter = { has: (): boolean => false, add(): void {} };
  const relayClient = { reservations: reservationStore };
  return { ...finish(libp2p), heardOf, traffic, relayClient, gate };
}

/** What a relay's node takes besides. */
export interface RelayHostOptions extends HostOptions {
  readonly reservations: NonNullable<CircuitRelayServerInit["reservations"]>;
  /** Whether to refuse a connection from one peer to another. */
  refuse(from: PeerId, to: PeerId): boolean;
}

/** Starts a relay's node. */
export async function startRelayHost(options: RelayHostOptions): Promise<RelayHost> {
  const { init, heardOf, traffic, finish } = prepare(options, "rustory-relay/0.1.0", RELAY_WAITING);
  const text = (id: { toString(): string }): PeerId => id.toString() as PeerId;
  const libp2p = await createLibp2p({
    ...init,
    connectionGater: {
      denyOutboundRelayedConnection: (from, to) => options.refuse(text(from), text(to)),
    },
    connectionManager: {
      ...init.connectionManager,
      ...RELAY_LIMITS,
    },
    services: {
      ...init.services,
      relay: circuitRelayServer({
        maxInboundHopStreams: HOP_STREAMS,
        maxOutboundStopStreams: STOP_STREAMS,
        reservations: options.reservations,
      }),
    },
  });
  return { ...finish(libp2p), heardOf, traffic, relayServer: libp2p.services.relay };
}

// deno-lint-ignore explicit-function-return-type -- the type is what createLibp2p() infers from
function prepare(options: HostOptions, protocolVersion: string, mostWaiting: number) {
  const heardOf: HeardOf = new WeakMap();
  const traffic: Traffic = { received: 0, sent: 0 };
  let manager: TransportManager | undefined;
  const makeTcp = tcp();
  const room = new WaitingRoom(mostWaiting);
  const captureTcp = (components: Parameters<typeof makeTcp>[0]): Transport => {
    manager = (components as unknown as { transportManager: TransportManager }).transportManager;
    const transport = makeTcp(components);
    const createListener = transport.createListener.bind(transport);
    transport.createListener = (init) =>
      createListener({ ...init, upgrader: room.before(init.upgrader) });
    return transport;
  };
  const makeIdentify = identify();
  const makePush = identifyPush();
  const init = {
    privateKey: privateKeyFromProtobuf(options.identity.protobuf),
    nodeInfo: { userAgent: `rustory/${VERSION}` },
    start: true,
    addresses: {
      announceFilter: (addrs) => options.announce(addrs.map(String)).map((addr) => multiaddr(addr)),
    },
    transports: [captureTcp],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        keepAliveInterval: MUXER_PING_MS,
        maxEarlyStreams: EARLY_STREAMS,
        streamOptions: {
          maxStreamWindowSize: WINDOW_BYTES,
          maxReadBufferLength: READ_BUFFER_BYTES,
        },
      }),
    ],
    connectionProtector: hardenedPsk(options.swarmKey, heardOf, () => options.clock.now(), traffic),
    // See silence.ts.
    connectionMonitor: { enabled: false },
    connectionManager: {
      maxConnections: options.maxConnections,
      inboundUpgradeTimeout: options.handshakeMs,
      // Those who dial have shorter deadlines of their own.
      addressDialTimeout: 10_000,
      dialTimeout: 15_000,
    },
    transportManager: { faultTolerance: FaultTolerance.FATAL_ALL },
    services: {
      identify: (components: Parameters<typeof makeIdentify>[0]) =>
        boundIdentify(makeIdentify(components), protocolVersion),
      identifyPush: (components: Parameters<typeof makePush>[0]) =>
        boundIdentifyPush(makePush(components), options.clock),
      ping: ping(),
    },
  } satisfies Libp2pOptions & Libp2pInit;
  return {
    init,
    heardOf,
    traffic,
    finish: (libp2p: Libp2p) => finish(libp2p, manager!, options.onListening),
  };
}

/** The part of libp2p that listens, not on its face. */
interface TransportManager {
  listen(addrs: ReturnType<typeof multiaddr>[]): Promise<void>;
  getAddrs(): ReturnType<typeof multiaddr>[];
  getListeners(): TcpListener[];
}

function finish(
  libp2p: Libp2p,
  manager: TransportManager,
  onListening: (listener: TcpListener) => void,
): Omit<Host, "heardOf" | "traffic"> {
  return {
    libp2p,
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
