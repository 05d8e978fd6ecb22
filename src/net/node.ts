/** This device in the network: one libp2p node, started, watched and stopped. */
import type { Connection, Libp2p } from "@libp2p/interface";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { PeerId, Route } from "../sync/ports.ts";
import { startDeviceHost } from "./_host.ts";
import { listenOrElsewhere } from "./_listen.ts";
import { checkPositive } from "./_options.ts";
import type { RelayOnlyGate } from "./_relay_only.ts";
import { installBroadcastChannel, installNets } from "./_process_nets.ts";
import { RunningNode } from "./_running_node.ts";
import { SILENCE_MS } from "./_silence.ts";
import type { RelayAddr } from "./addrs.ts";
import type { Identity } from "./identity.ts";
import { NodeEvents, type NodeListener } from "./node_events.ts";

/** What {@linkcode startNode} takes. */
export interface NodeOptions {
  readonly identity: Identity;
  /** 32 bytes, the same on every device of the swarm. */
  readonly swarmKey: Uint8Array;
  /**
   * Listening addresses such as `/ip4/0.0.0.0/tcp/8845`; a port that is taken is replaced by a free
   * one, which is told as an event. @default {[], the node only dials}
   */
  readonly listen?: readonly string[];
  /** Relays through which to be reachable. @default {[]} */
  readonly relays?: readonly RelayAddr[];
  /**
   * Connect directly to nobody but relays, whatever becomes known of the peers. Such a node cannot
   * listen. @default {false}
   */
  readonly relayOnly?: boolean;
  /** Most connections at once, in both directions. @default {300} */
  readonly maxConnections?: number;
  /** Longest time for a stranger between TCP and the end of the handshake. @default {10_000} */
  readonly handshakeMs?: number;
  /** Silence after which a connection is given up, in milliseconds. @default {50_000} */
  readonly silenceMs?: number;
}

/** What {@linkcode startNode} needs of the world. */
export interface NodeDeps {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/** A connection, for status output. */
export interface ConnectionInfo {
  readonly peer: PeerId;
  readonly route: Route;
  readonly direction: "inbound" | "outbound";
  /** The address of the other side. */
  readonly addr: string;
  /** When it was made, in milliseconds since the Unix epoch. */
  readonly openedAtMs: number;
}

/** A running node. */
export interface Node extends AsyncDisposable {
  readonly peer: PeerId;
  readonly relays: readonly RelayAddr[];
  /** The libp2p node, for the files of this room. */
  readonly libp2p: Libp2p;
  /** What keeps a node with `relayOnly` from connecting directly, for the files of this room. */
  readonly gate: RelayOnlyGate | undefined;
  /** Aborted when the node stops. */
  readonly stopped: AbortSignal;
  /**
   * Whether the other end answers our protocols; `undefined` as long as it has not said. Not a property
   * of the peer: a device may run one process that serves and one that only asks.
   */
  serves(connection: Connection): boolean | undefined;
  /** Notes that it does not. */
  setAside(connection: Connection): void;
  /** When the connection last brought a byte, in milliseconds of the wall clock. */
  lastHeardMs(connection: Connection): number | undefined;
  /** Every address listened on, with `/p2p/<own id>`. */
  listening(): readonly string[];
  /** The addresses to tell others, with `/p2p/<own id>`. */
  addresses(): readonly string[];
  /** The relays that take connections for us at this moment. */
  reservations(): readonly PeerId[];
  connections(): readonly ConnectionInfo[];
  /** Bytes over the network since the start. */
  traffic(): { readonly received: number; readonly sent: number };
  /** Calls `listener` at every event until disposed, and at once with those of the start. */
  onEvent(listener: NodeListener): Disposable;
  /** Closes everything; takes at most 300 ms, whatever hangs. Twice is harmless. */
  stop(): Promise<void>;
}

const MAX_CONNECTIONS = 300;
// Three round trips; more than a second only where nothing would work anyway.
const HANDSHAKE_MS = 10_000;

/**
 * Starts a node.
 *
 * @throws {RangeError} if an option is out of bounds
 * @throws {RrError} `network`, if a listening address cannot be used
 */
export async function startNode(options: NodeOptions, deps: NodeDeps): Promise<Node> {
  const { identity, relays = [], listen = [], maxConnections = MAX_CONNECTIONS } = options;
  if (!Number.isInteger(maxConnections) || maxConnections < 1) {
    throw new RangeError(
      `Cannot start a node as 'maxConnections' must be at least 1: current value is ${maxConnections}`,
    );
  }
  const { relayOnly = false, handshakeMs = HANDSHAKE_MS, silenceMs = SILENCE_MS } = options;
  if (relayOnly && listen.length > 0) {
    throw new RangeError(
      `Cannot start a node as 'listen' must be empty with 'relayOnly': it is "${listen.join()}"`,
    );
  }
  checkPositive("start a node", { handshakeMs, silenceMs });
  installBroadcastChannel();
  const nets = installNets(deps.logger);
  const running = new AbortController();
  const events = new NodeEvents();
  let node: RunningNode | undefined;
  try {
    const host = await startDeviceHost({
      identity,
      swarmKey: options.swarmKey,
      maxConnections,
      handshakeMs,
      relayOnly,
      announce: (addrs) => node?.announced(addrs) ?? [],
      nowMs: () => deps.clock.now(),
    });
    node = new RunningNode(host, identity.peer, relays, { events, running, nets, deps });
    try {
      await listenOrElsewhere(listen, host, deps.logger, (event) => node?.remember(event));
    } catch (error) {
      await node.stop();
      throw error;
    }
    node.run(silenceMs);
    return node;
  } catch (error) {
    nets[Symbol.dispose]();
    throw error;
  }
}
