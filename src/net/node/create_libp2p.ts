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
import { FaultTolerance, type Libp2p, type StreamMuxer, type Transport } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { ping } from "@libp2p/ping";
import { yamux } from "@libp2p/yamux";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p, type Libp2pInit, type Libp2pOptions } from "libp2p";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { PeerId } from "../../swarm/peer.ts";
import { VERSION } from "../../version.ts";
import { BoundedMuxers, type MuxerBounds } from "./bounded_muxer.ts";
import { boundIdentify, boundIdentifyPush, boundUpgrades } from "./bounded_services.ts";
import { peerIdOf, peerOf } from "./connections.ts";
import { hardenedPsk, type HeardOf, type Traffic } from "./psk.ts";
import { boundEncrypter } from "./negotiation.ts";
import { type Listening, tcpWith } from "./tcp_listening.ts";
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
  readonly logger: Logger;
  /** Called with each socket that listens. */
  onListening(listener: TcpListener): void;
}

/** A running libp2p node that does not listen yet, and its parts that libp2p does not show. */
export interface Host extends Listening {
  readonly libp2p: Libp2p;
  readonly heardOf: HeardOf;
  readonly traffic: Traffic;
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
  const { init, hostOf } = prepare(options, `rustory/${VERSION}`, DEVICE_WAITING);
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
  return { ...hostOf(libp2p), relayClient, gate };
}

/** What a relay's node takes besides. */
export interface RelayHostOptions extends HostOptions {
  readonly reservations: NonNullable<CircuitRelayServerInit["reservations"]>;
  /** Whether to refuse a connection from one peer to another. */
  refuse(from: PeerId, to: PeerId): boolean;
}

/** Starts a relay's node. */
export async function startRelayHost(options: RelayHostOptions): Promise<RelayHost> {
  const { init, hostOf } = prepare(options, `rustory-relay/${VERSION}`, RELAY_WAITING);
  const libp2p = await createLibp2p({
    ...init,
    connectionGater: {
      denyOutboundRelayedConnection: (from, to) => options.refuse(peerIdOf(from), peerIdOf(to)),
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
  return { ...hostOf(libp2p), relayServer: libp2p.services.relay };
}

// deno-lint-ignore explicit-function-return-type -- the type is what createLibp2p() infers from
function prepare(options: HostOptions, protocolVersion: string, mostWaiting: number) {
  const { clock, logger, identity, swarmKey, announce, maxConnections, handshakeMs } = options;
  const heardOf: HeardOf = new WeakMap();
  const traffic: Traffic = { received: 0, sent: 0 };
  let libp2p: Libp2p | undefined;
  const tooMuch = (muxer: StreamMuxer, { message }: Error): void => {
    const connections = libp2p?.getConnections() ?? [];
    const one = connections.find((connection) => muxerOf(connection) === muxer);
    const peer = one && peerOf(one);
    logger.warn("Ended the connection of a peer that asked too much", { peer, error: message });
  };
  const ours = tcpWith(new WaitingRoom(mostWaiting), options.onListening);
  const init = {
    privateKey: privateKeyFromProtobuf(identity.protobuf),
    nodeInfo: { userAgent: `rustory/${VERSION}` },
    start: true,
    addresses: {
      announceFilter: (addrs) => announce(addrs.map(String)).map((addr) => multiaddr(addr)),
    },
    transports: [ours.transport],
    connectionEncrypters: [boundEncrypter(noise())],
    streamMuxers: [muxer(clock, tooMuch)],
    connectionProtector: hardenedPsk(swarmKey, heardOf, () => clock.now(), traffic),
    // See silence.ts.
    connectionMonitor: { enabled: false },
    connectionManager: {
      maxConnections,
      inboundUpgradeTimeout: handshakeMs,
      // Those who dial have shorter deadlines of their own.
      addressDialTimeout: 10_000,
      dialTimeout: 15_000,
    },
    transportManager: { faultTolerance: FaultTolerance.FATAL_ALL },
    services: boundServices(protocolVersion, clock),
  } satisfies Libp2pOptions & Libp2pInit;
  return {
    init,
    /** The host, once libp2p is made of `init`. */
    hostOf(made: Libp2p): Host {
      libp2p = made;
      return { libp2p, heardOf, traffic, ...ours.listening() };
    },
  };
}

function muxerOf(connection: object): unknown {
  return "muxer" in connection ? connection.muxer : undefined;
}

function muxer(clock: Clock, onTooMuch: MuxerBounds["onTooMuch"]): ReturnType<typeof yamux> {
  const makeFactory = yamux({
    keepAliveInterval: MUXER_PING_MS,
    maxEarlyStreams: EARLY_STREAMS,
    streamOptions: {
      maxStreamWindowSize: WINDOW_BYTES,
      maxReadBufferLength: READ_BUFFER_BYTES,
    },
  });
  const bounded = new BoundedMuxers({ clock, mostFrameBytes: WINDOW_BYTES, onTooMuch });
  return () => bounded.bound(makeFactory());
}

/** What libp2p says of itself to others and hears of them, within bounds. */
// deno-lint-ignore explicit-function-return-type -- as above
function boundServices(protocolVersion: string, clock: Clock) {
  const makeIdentify = identify();
  const makePush = identifyPush();
  return {
    identify: (components: Parameters<typeof makeIdentify>[0]) =>
      boundIdentify(makeIdentify(components), protocolVersion),
    identifyPush: (components: Parameters<typeof makePush>[0]) =>
      boundIdentifyPush(makePush(components), protocolVersion, clock),
    ping: ping(),
  };
}
