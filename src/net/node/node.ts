/** This device in the network: one libp2p node, started, watched and stopped. */
import type { Connection, Libp2p } from "@libp2p/interface";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { PartState } from "../../base/async/supervise.ts";
import type { Random } from "../../base/random.ts";
import type { PeerId, Route } from "../../swarm/peer.ts";
import type { RelayOnlyGate } from "../dial/dial_gate.ts";
import type { RelayAddr } from "../addrs/addrs.ts";
import type { NodeListener } from "./node_events.ts";

/** What {@linkcode startNode} needs of the world. */
export interface NodeDeps {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** Told when a listener is found shut, and when it is open again. */
  readonly onListener?: ((state: PartState) => void) | undefined;
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
  /** Whether the other end has said that it speaks this protocol. */
  speaks(connection: Connection, protocol: string): boolean;
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
  /** Why a relay does not, as was found last; nothing for one that does or was not asked yet. */
  relayProblem(relay: PeerId): string | undefined;
  connections(): readonly ConnectionInfo[];
  /** Bytes over the network since the start. */
  traffic(): { readonly received: number; readonly sent: number };
  /** Calls `listener` at every event until disposed, and at once with those of the start. */
  onEvent(listener: NodeListener): Disposable;
  /** Closes everything; takes at most 300 ms, whatever hangs. Twice is harmless. */
  stop(): Promise<void>;
}
