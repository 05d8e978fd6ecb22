/** Starts this device in the network. */
import { startDeviceHost } from "./create_libp2p.ts";
import { watchListener } from "./doors.ts";
import { listenOrElsewhere } from "./listen.ts";
import { checkPositive } from "./check_positive.ts";
import { installBroadcastChannel, installNets } from "./process_handlers.ts";
import { RunningNode } from "./running_node.ts";
import { SILENCE_MS } from "../exchange/silence.ts";
import type { RelayAddr } from "../addrs/addrs.ts";
import type { Identity } from "../keys/identity.ts";
import type { Node, NodeDeps } from "./node.ts";
import { type NodeEvent, NodeEvents } from "./node_events.ts";

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
  /** Silence after which a connection is given up, in milliseconds. @default {70_000} */
  readonly silenceMs?: number;
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
      clock: deps.clock,
      logger: deps.logger,
      onListening: (listener) => void watchListener(listener, deps, running.signal),
    });
    node = new RunningNode(host, identity.peer, relays, { events, running, nets, deps });
    try {
      const tell = (event: NodeEvent): void => node?.remember(event);
      const late = await listenOrElsewhere(listen, host, deps.logger, tell);
      node.run(silenceMs, late);
    } catch (error) {
      await node.stop();
      throw error;
    }
    return node;
  } catch (error) {
    nets[Symbol.dispose]();
    throw error;
  }
}
