/** A relay for a private swarm: devices that cannot be reached keep a reservation here. */
import type { Clock } from "../../base/clock.ts";
import type { PeerId } from "../../swarm/peer.ts";
import { type RelayHost, startRelayHost } from "../node/create_libp2p.ts";
import { bridgeAddresses } from "../addrs/bridges.ts";
import { supervise } from "../../base/async/supervise.ts";
import { listenExactly } from "../node/listen.ts";
import { installBroadcastChannel, installNets } from "../node/process_handlers.ts";
import { type RelayLedger, watchRelayServer } from "./circuit_ledger.ts";
import { watchSilence } from "../exchange/silence.ts";
import { watchListener } from "../node/doors.ts";
import { stopWithin } from "../node/stop.ts";
import type { RelayEvent } from "./relay_event.ts";
import { addressesToAnnounce } from "../addrs/addrs.ts";
import type { Identity } from "../keys/identity.ts";
import type { NodeDeps } from "../node/node.ts";

/** What {@linkcode startRelay} takes. */
export interface RelayOptions {
  readonly identity: Identity;
  /** 32 bytes, the same on every device of the swarm. */
  readonly swarmKey: Uint8Array;
  /** Listening addresses; others have them in their configuration, so a taken port is an error. */
  readonly listen: readonly string[];
  /** What others are told instead of them, where something stands in front. @default {those} */
  readonly announce?: readonly string[] | undefined;
  /** Peers that may hold a reservation, at most 3000. @default {1024} */
  readonly maxReservations?: number;
  /** Relayed connections at a time. @default {512} */
  readonly maxCircuits?: number;
  /** Relayed connections of one peer at a time, in both directions. @default {64} */
  readonly maxCircuitsPerPeer?: number;
  /** Bytes that one relayed connection may carry, both directions together. @default {no limit} */
  readonly circuitBytes?: number;
  /** Seconds that one relayed connection may last. @default {no limit} */
  readonly circuitSeconds?: number;
}

/** A running relay. */
export interface Relay extends AsyncDisposable {
  readonly peer: PeerId;
  /** Aborted when the relay stops. */
  readonly stopped: AbortSignal;
  /** Every address listened on, with `/p2p/<own id>`: what devices put into their configuration. */
  listening(): readonly string[];
  /** How much is in use. */
  usage(): RelayUsage;
  /** Calls `listener` at every event until disposed. */
  onEvent(listener: (event: RelayEvent) => void): Disposable;
  /** Closes everything; takes at most 300 ms, whatever hangs. Twice is harmless. */
  stop(): Promise<void>;
}

/** How much of a relay is in use. */
export interface RelayUsage {
  readonly connections: number;
  readonly reservations: number;
  readonly circuits: number;
  /** Bytes over the network since the start. */
  readonly received: number;
  readonly sent: number;
}

const MAX_RESERVATIONS = 1_024;
/** All ciphers of a process share one memory, which has room for about 3070 connections. */
const MAX_CONNECTIONS = 3_000;
/** Shorter than a device's: anybody can find a relay. */
const HANDSHAKE_MS = 5_000;
const MAX_CIRCUITS = 512;
const MAX_CIRCUITS_PER_PEER = 64;
/** Longest timer, 24.8 days; libp2p knows no "only bytes" or "only seconds". */
const NO_TIME_LIMIT_MS = 2 ** 31 - 1;
const NO_BYTE_LIMIT = 2n ** 62n;

/**
 * Starts a relay.
 *
 * @throws {RangeError} if a limit is out of bounds
 * @throws {RrError} `config` or `network`, if a listening address cannot be used
 */
export async function startRelay(options: RelayOptions, deps: NodeDeps): Promise<Relay> {
  const limits = checkedLimits(options);
  installBroadcastChannel();
  const nets = installNets(deps.logger);
  const listeners = new Set<(event: RelayEvent) => void>();
  const emit = (event: RelayEvent): void => listeners.forEach((listener) => listener(event));
  let ledger: RelayLedger | undefined;
  const running = new AbortController();
  try {
    const host = await startRelayHost({
      identity: options.identity,
      swarmKey: options.swarmKey,
      // Twice the clients: a device that dials others through us need not have a reservation.
      maxConnections: Math.min(2 * limits.maxReservations, MAX_CONNECTIONS),
      handshakeMs: HANDSHAKE_MS,
      announce: (addrs) => options.announce ?? addressesToAnnounce(addrs, bridgeAddresses()),
      clock: deps.clock,
      logger: deps.logger,
      onListening: (listener) => void watchListener(listener, deps, running.signal),
      reservations: reservationLimits(options, limits.maxReservations),
      refuse: (from, to) => ledger?.refuses(from, to) ?? false,
    });
    ledger = watchRelayServer(host, limits, emit);
    const relay = new RunningRelay(host, options.identity.peer, {
      clock: deps.clock,
      ledger,
      listeners,
      nets,
      running,
    });
    await listenExactly(options.listen, host).catch(async (error) => {
      await relay.stop();
      throw error;
    });
    const connections = host.libp2p.getConnections.bind(host.libp2p);
    const silence = { clock: deps.clock, heardOf: host.heardOf, connections };
    const watch = { name: "watch over silence", run: () => watchSilence(silence, relay.stopped) };
    void supervise([watch], deps, relay.stopped); // rejects only for parts that are to end it
    return relay;
  } catch (error) {
    nets[Symbol.dispose]();
    throw error;
  }
}

interface RelayParts {
  readonly clock: Clock;
  readonly ledger: RelayLedger;
  readonly listeners: Set<(event: RelayEvent) => void>;
  readonly nets: Disposable;
  readonly running: AbortController;
}

class RunningRelay implements Relay {
  readonly peer: PeerId;
  readonly #host: RelayHost;
  readonly #parts: RelayParts;
  #stopping: Promise<void> | undefined;

  constructor(host: RelayHost, peer: PeerId, parts: RelayParts) {
    this.#host = host;
    this.peer = peer;
    this.#parts = parts;
  }

  get stopped(): AbortSignal {
    return this.#parts.running.signal;
  }

  listening(): readonly string[] {
    return this.#host.listening().map((addr) => `${addr}/p2p/${this.peer}`);
  }

  usage(): RelayUsage {
    return {
      connections: this.#host.libp2p.getConnections().length,
      reservations: this.#host.relayServer.reservations.size,
      circuits: this.#parts.ledger.circuits,
      ...this.#host.traffic,
    };
  }

  onEvent(listener: (event: RelayEvent) => void): Disposable {
    const own = (event: RelayEvent): void => listener(event);
    this.#parts.listeners.add(own);
    return { [Symbol.dispose]: () => void this.#parts.listeners.delete(own) };
  }

  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    this.#parts.running.abort(new Error("The relay was stopped"));
    this.#parts.ledger.clear();
    await stopWithin(this.#host.libp2p, this.#parts.clock);
    this.#parts.nets[Symbol.dispose]();
  }
}

interface CheckedLimits {
  readonly maxReservations: number;
  readonly maxCircuits: number;
  readonly maxCircuitsPerPeer: number;
}

function checkedLimits(options: RelayOptions): CheckedLimits {
  const limits = {
    maxReservations: options.maxReservations ?? MAX_RESERVATIONS,
    maxCircuits: options.maxCircuits ?? MAX_CIRCUITS,
    maxCircuitsPerPeer: options.maxCircuitsPerPeer ?? MAX_CIRCUITS_PER_PEER,
  };
  const { circuitBytes, circuitSeconds } = options;
  for (const [name, value] of Object.entries({ ...limits, circuitBytes, circuitSeconds })) {
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 1)) {
      throw new RangeError(
        `Cannot start a relay as '${name}' must be an integer of at least 1: current value is ${value}`,
      );
    }
  }
  if (limits.maxReservations > MAX_CONNECTIONS) {
    throw new RangeError(
      `Cannot start a relay as 'maxReservations' must be at most ${MAX_CONNECTIONS}: ` +
        `current value is ${limits.maxReservations}`,
    );
  }
  return limits;
}

function reservationLimits(
  { circuitBytes, circuitSeconds }: RelayOptions,
  maxReservations: number,
): Parameters<typeof startRelayHost>[0]["reservations"] {
  if (circuitBytes === undefined && circuitSeconds === undefined) {
    return { maxReservations, applyDefaultLimit: false };
  }
  return {
    maxReservations,
    defaultDataLimit: circuitBytes === undefined ? NO_BYTE_LIMIT : BigInt(circuitBytes),
    defaultDurationLimit: Math.min((circuitSeconds ?? Infinity) * 1000, NO_TIME_LIMIT_MS),
  };
}
