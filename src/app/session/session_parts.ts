/** What a session is fitted together from besides its engine. */
import { supervise } from "../../base/async/supervise.ts";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import { causeChain, RrError } from "../../base/rr_error.ts";
import { openMulticast } from "../../lan/udp.ts";
import { parsePeerAddr } from "../../net/addrs/addrs.ts";
import type { Node } from "../../net/node/node.ts";
import type { History } from "../../store/file/open_history.ts";
import type { PeerId, PeerRecord } from "../../swarm/peer.ts";
import { Announcer } from "../../sync/peers/announce.ts";
import type { SyncEngine } from "../../sync/engine.ts";
import type { SyncListener } from "../../sync/events.ts";
import type { Directory } from "../../sync/ports.ts";
import { VERSION } from "../../version.ts";
import { TwinProbe } from "./twin_probe.ts";
import { type LanDirectory, type LanDirectoryOptions, openLanDirectory } from "./lan_directory.ts";

/** What the parts need. */
export interface PartsDeps {
  readonly history: History;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** How a device is told of. */
interface AnnouncedAs {
  readonly deviceId: string;
  readonly userId: string;
  readonly hostname: string;
}

interface LanOptions {
  readonly lanDiscovery?: boolean | undefined;
  readonly relayOnly?: boolean | undefined;
  readonly swarmKey: Uint8Array;
}

/** So that a key that is replaced later is noticed; for people only, so a busy disk may keep it from that. */
export function noteSyncedKey(fingerprint: string, { history, logger }: PartsDeps): void {
  try {
    history.incidents.noteSyncedKey(fingerprint);
  } catch (error) {
    if (!(error instanceof RrError)) throw error;
    logger.debug("Could not note the swarm key", { error: causeChain(error) });
  }
}

/** The connected peers that this device has dialled, each once. */
export function dialledPeers(node: Node): readonly PeerId[] {
  const outbound = node.connections().filter(({ direction }) => direction === "outbound");
  return [...new Set(outbound.map(({ peer }) => peer))];
}

/** Whether this device has dialled the peer: whoever dials opens the control stream, so that there is one. */
export function isDialled(node: Node, peer: PeerId): boolean {
  return dialledPeers(node).includes(peer);
}

/** Whether the peer has dialled this device. */
export function hasDialledUs(node: Node, peer: PeerId): boolean {
  return node.connections().some((one) => one.peer === peer && one.direction === "inbound");
}

/** Without a word to anybody: a device that only dials is found by nobody, and finds the others. */
export async function openLan(
  { lanDiscovery, relayOnly, swarmKey }: LanOptions,
  node: Node,
  { clock, random, logger }: PartsDeps,
  on: Pick<LanDirectoryOptions, "onPeer" | "onTwin">,
): Promise<LanDirectory | undefined> {
  if (!lanDiscovery || relayOnly) return undefined;
  const multicast = await openMulticast({ clock, logger });
  return openLanDirectory({ swarmKey, peer: node.peer, ...on }, {
    multicast,
    clock,
    random,
    logger,
  });
}

interface AnnounceParts extends PartsDeps {
  readonly engine: SyncEngine;
  readonly node: Node;
  readonly directories: readonly Directory[];
}

/**
 * Tells the directories of this device until disposed, which stops the node as well: both wait for
 * others, so they run at the same time.
 */
export function announce(options: AnnouncedAs, parts: AnnounceParts): AsyncDisposable {
  const { node, directories, engine, clock, random, logger } = parts;
  const announcer = new Announcer({
    directories,
    own: () => ({
      peer: node.peer,
      addrs: node.addresses(),
      deviceId: options.deviceId,
      userId: options.userId,
      hostname: options.hostname,
      version: VERSION,
    }),
    clock,
    random,
    logger,
    onRecovered: () => engine.wake(),
  });
  const running = new AbortController();
  const part = { name: "announcer", run: (signal: AbortSignal) => announcer.run(signal) };
  const done = supervise([part], parts, running.signal);
  const events = node.onEvent((event) => {
    if (event.type === "addresses") announcer.addressesChanged();
  });
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      events[Symbol.dispose]();
      running.abort(new Error("The session ends"));
      await Promise.all([done, node.stop()]);
    },
  };
}

/** The peers at addresses that a person has named; a bad one is skipped with a warning. */
export function manualPeers(
  addrs: readonly string[],
  { clock, history, logger }: PartsDeps,
): PeerRecord[] {
  const records = new Map<string, PeerRecord>();
  for (const text of addrs) {
    const found = parsePeerAddr(text);
    if (found === undefined) {
      logger.warn("Skipping a peer whose address does not end in /p2p/<PeerId>", { addr: text });
      continue;
    }
    history.peers.adoptLegacyKey(found.peer, text);
    const known = records.get(found.peer)?.addrs ?? [];
    records.set(found.peer, {
      peer: found.peer,
      addrs: [...known, text.trim()],
      deviceId: undefined,
      userId: undefined,
      hostname: undefined,
      lastSeenUnix: Math.floor(clock.now() / 1000),
    });
  }
  return [...records.values()];
}

/** What looks for other machines with our identity; they are told of as an event. */
export function twinProbe(
  { swarmKey }: Pick<LanOptions, "swarmKey">,
  node: Node,
  deps: PartsDeps & { readonly onEvent?: SyncListener | undefined },
): TwinProbe {
  const { history, clock, random, logger, onEvent } = deps;
  return new TwinProbe({
    peer: node.peer,
    swarmKey,
    log: history.log,
    clock,
    random,
    logger,
    isConnected: (peer) =>
      node.listening().length === 0
        ? undefined
        : node.connections().some((one) => one.peer === peer),
    onTwin: (addr, isNew) =>
      onEvent?.({
        type: "twin",
        directory: "its answer",
        hostname: undefined,
        deviceId: undefined,
        addrs: [addr],
        isNew,
      }),
  });
}

/** Whom the user names by our own id is another machine that was copied from this one. */
export function suspect(addrs: readonly string[], twins: TwinProbe): void {
  for (const addr of addrs) {
    const found = parsePeerAddr(addr);
    if (found !== undefined && found.via === undefined) twins.suspect(found.transport);
  }
}
