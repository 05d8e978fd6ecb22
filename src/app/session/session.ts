/** A device taking part in the network: node, dialler, service, engine and announcer, fitted together. */
import { linkedController } from "../../base/async/linked_signal.ts";
import { Disposers } from "../../base/disposers.ts";
import { type Clock, systemClock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { type Random, systemRandom } from "../../base/random.ts";
import { RrError } from "../../base/rr_error.ts";
import { servePeers } from "../../net/exchange/accept.ts";
import { parseRelayAddr } from "../../net/addrs/addrs.ts";
import { createDialer } from "../../net/dial/dial.ts";
import { type Identity, signWith } from "../../net/keys/identity.ts";
import { swarmKeyFingerprint } from "../../net/keys/swarm_key.ts";
import type { Note } from "../../named/effects.ts";
import type { Node, NodeDeps } from "../../net/node/node.ts";
import { type NodeOptions, startNode } from "../../net/node/start_node.ts";
import type { History } from "../../store/file/open_history.ts";
import type { SyncEngine } from "../../sync/engine.ts";
import type { SyncListener } from "../../sync/events.ts";
import type { SyncOptions } from "../../sync/options.ts";
import type { Directory } from "../../sync/ports.ts";
import type { PeerId } from "../../swarm/peer.ts";
import type { SyncReport } from "../../sync/report.ts";
import { createPeerService } from "../../sync/serve.ts";
import { createTrackerClient, type TrackerClient } from "../../tracker/client/client.ts";
import { createSwarmClient, type SwarmAccess } from "../../tracker/client/swarm_client.ts";
import type { Sign } from "../../tracker/proof.ts";
import type { LanDirectory } from "./lan_directory.ts";
import { createFrameNet } from "../../net/exchange/frame_net.ts";
import { SessionReplication } from "./replication.ts";
import { swarmAccess } from "./swarm_access.ts";
import { watchMet } from "./watch_met.ts";
import { writerBeside } from "../writer/open_writer.ts";
import type { TwinProbe } from "./twin_probe.ts";
import { RoundRequests } from "./round_requests.ts";
import { createEngine } from "./session_engine.ts";
import {
  announce,
  dialledPeers,
  hasDialledUs,
  isDialled,
  manualPeers,
  openLan,
  twinProbe,
} from "./session_parts.ts";
import { historySettler } from "./settle_history.ts";

/** Who a device is and how it takes part. */
export interface SessionOptions {
  readonly deviceId: string;
  readonly userId: string;
  /** The machine's name, shown to other devices. */
  readonly hostname: string;
  readonly identity: Identity;
  /** 32 bytes, the same on every device of the swarm. */
  readonly swarmKey: Uint8Array;
  /** Multiaddrs to take connections on, such as `/ip4/0.0.0.0/tcp/8845`. @default {[], only dial} */
  readonly listen?: readonly string[] | undefined;
  /** Multiaddrs of relays, each ending in `/p2p/<PeerId>`. @default {[]} */
  readonly relays?: readonly string[] | undefined;
  /** Whether to be reachable through the relays and known to the trackers. @default {true} */
  readonly announce?: boolean | undefined;
  /** Neither take nor make direct connections. @default {false} */
  readonly relayOnly?: boolean | undefined;
  /** Base URLs of trackers. @default {[]} */
  readonly trackers?: readonly string[] | undefined;
  /** What the trackers ask for. A secret. */
  readonly trackerToken?: string | undefined;
  /** Multiaddrs of peers, each ending in `/p2p/<PeerId>`; a bad one is skipped with a warning. @default {[]} */
  readonly peers?: readonly string[] | undefined;
  /**
   * Whether to register at trackers as the original does as well. Else only once one was met: whoever
   * knows the user id can list what is registered so. @default {whether only version 1 is spoken}
   */
  readonly inTheOpen?: boolean | undefined;
  /** Whether to find and be found on the local network, without a server. @default {false} */
  readonly lanDiscovery?: boolean | undefined;
  readonly sync?: SyncOptions | undefined;
  /** Versions of the protocol that are spoken besides version 1: `2`. @default {[]} */
  readonly protocols?: readonly string[] | undefined;
}

/** What a session needs. */
export interface SessionDeps {
  readonly history: History;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Told when a listener is found shut, and when it is open again. */
  readonly onListener?: NodeDeps["onListener"];
  readonly onEvent?: SyncListener | undefined;
  /** Called when a peer gave us something new. */
  readonly onReceived?: ((inserted: number) => void) | undefined;
  /** Called when a deletion made on another device has removed something here. */
  readonly onErased?: (() => void) | undefined;
  /** Told of what people may want to know of protocol 2. */
  readonly onNote?: ((note: Note) => void) | undefined;
}

/** A device taking part in the network until disposed. */
export interface SyncSession extends AsyncDisposable {
  readonly node: Node;
  readonly engine: SyncEngine;
  readonly trackers: readonly TrackerClient[];
  /** The fingerprint of the swarm key that it was opened with. */
  readonly swarmKey: string;
  /** The local network, if it is asked. */
  readonly lan: LanDirectory | undefined;
  /** Protocol 2, if it is spoken. */
  readonly replication: SessionReplication | undefined;
  /** Looks for other machines with our identity. */
  readonly twins: TwinProbe;
  /**
   * During a watch: starts a round now and resolves to what came of it.
   *
   * @throws `signal.reason` once the signal is aborted, or the reason for which the session ended
   */
  nextRound(signal: AbortSignal): Promise<SyncReport>;
}

/**
 * Starts taking part: the node runs, peers are answered, trackers are told. Nothing is synced before
 * the engine is asked to.
 *
 * Disposing withdraws from the trackers and closes everything; it takes at most 300 ms.
 *
 * @throws {RrError} `config` for an address that cannot be used, `network` if listening fails
 */
export async function openSession(
  options: SessionOptions,
  deps: SessionDeps,
): Promise<SyncSession> {
  const { clock, random, logger } = deps;
  const manual = manualPeers(options.peers ?? [], deps);
  await using parts = new Disposers();
  const node = parts.use(await startNode(nodeOptions(options), deps));
  // Before there is an engine nothing is missed: its rounds begin by asking everybody.
  const ready: { engine?: SyncEngine } = {};
  const replication = options.protocols?.includes("2")
    ? parts.use(replicationOf(options, node, deps, (peer) => {
      if (node.connections().some((one) => one.peer === peer)) ready.engine?.peerConnected(peer);
    }))
    : undefined;
  parts.use(await answerPeers(node, replication, deps));
  const twins = parts.use(twinProbe(options, node, deps));
  const { trackers, lan, directories } = await openDirectories(options, node, deps, parts, {
    onPeer: (peer) => ready.engine?.peerConnected(peer),
    onTwin: (addr) => twins.suspect(addr),
  });
  const dialer = createDialer({
    ...{ node, clock, random, logger },
    onSelf: (addr) => twins.suspect(addr),
  });
  const rounds = new RoundRequests(clock);
  const fingerprint = swarmKeyFingerprint(options.swarmKey);
  const engine = ready.engine = createEngine(options, {
    ...{ node, directories, dialer, manual, replication, twins, rounds, fingerprint },
  }, deps);
  parts.use(node.onEvent((event) => {
    if (event.type !== "connected") return;
    if (isDialled(node, event.peer)) replication?.peerConnected(event.peer);
    if (hasDialledUs(node, event.peer)) engine.peerConnected(event.peer);
  }));
  if (options.announce ?? true) {
    parts.use(announce(options, { node, directories, engine, ...deps }));
  }
  const owned = parts.move();
  return {
    node,
    engine,
    lan,
    swarmKey: fingerprint,
    trackers,
    replication,
    twins,
    async nextRound(signal): Promise<SyncReport> {
      using either = linkedController(signal, node.stopped);
      return await rounds.next(engine, either.signal);
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

interface Directories {
  readonly trackers: readonly TrackerClient[];
  readonly lan: LanDirectory | undefined;
  /** All of them. */
  readonly directories: readonly Directory[];
}

/** Where others are looked for, until `parts` are disposed of: the trackers, and the local network. */
async function openDirectories(
  options: SessionOptions,
  node: Node,
  deps: SessionDeps,
  parts: Disposers,
  lanEvents: Parameters<typeof openLan>[3],
): Promise<Directories> {
  const access = await swarmAccess(options.swarmKey, parts.use(watchMet(options, node)));
  const sign: Sign = (data) => signWith(options.identity, data);
  const trackers = trackersOf(options, deps, { sign, access });
  const lan = await openLan(options, node, deps, lanEvents);
  const directories = lan === undefined ? trackers : [...trackers, parts.use(lan)];
  return { trackers, lan, directories };
}

function nodeOptions(
  { identity, swarmKey, listen = [], relays = [], relayOnly = false }: SessionOptions,
): NodeOptions {
  return {
    identity,
    swarmKey,
    listen: relayOnly ? [] : listen,
    relays: relays.map(parseRelayAddr),
    relayOnly,
  };
}

function answerPeers(
  node: Node,
  replication: SessionReplication | undefined,
  deps: SessionDeps,
): Promise<AsyncDisposable> {
  const { history, clock, logger } = deps;
  const service = createPeerService({
    log: history.log,
    clock,
    logger,
    settle: historySettler(history.path),
    onPushed: (inserted) => {
      replication?.changed();
      deps.onReceived?.(inserted);
    },
  });
  return servePeers(node, service, deps);
}

/**
 * Refuses options that no session can be opened with, as far as can be seen without opening one.
 *
 * @throws {RrError} `config`, as {@linkcode openSession} does
 */
export function checkSession(options: Omit<SessionOptions, "identity" | "swarmKey">): void {
  (options.relays ?? []).forEach(parseRelayAddr);
  trackersOf(options, { clock: systemClock(), random: systemRandom() });
}

function trackersOf(
  { trackers = [], trackerToken: token }: Pick<SessionOptions, "trackers" | "trackerToken">,
  deps: Pick<SessionDeps, "clock" | "random"> & Partial<SessionDeps>,
  by?: { readonly sign: Sign; readonly access: SwarmAccess },
): TrackerClient[] {
  try {
    return trackers.map((baseUrl) => {
      const options = { baseUrl, token, sign: by?.sign };
      const original = createTrackerClient(options, deps);
      return by ? createSwarmClient(options, original, by.access, deps) : original;
    });
  } catch (error) {
    // Neither it nor the message below holds the value: a URL may have a password in it.
    if (!(error instanceof RangeError)) throw error;
    throw new RrError("config", error.message, {
      hint: 'A tracker looks like "http://tracker.example:8850", a token is printable ASCII',
    });
  }
}

function replicationOf(
  { userId, deviceId }: SessionOptions,
  node: Node,
  { history, clock, random, logger, onReceived, onErased, onNote }: SessionDeps,
  onUnserved: (peer: PeerId) => void,
): SessionReplication {
  const net = createFrameNet(node, { clock, logger });
  const self = node.peer;
  return new SessionReplication({
    self,
    userId,
    deviceId,
    history,
    net,
    clock,
    random,
    logger,
    onReceived,
    onErased,
    onNote,
    onUnserved,
    openWriter: writerBeside(history),
    dialled: () => dialledPeers(node),
  });
}
