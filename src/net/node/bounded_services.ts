/**
 * What peers say of themselves to libp2p, within bounds. One identify message may come in ten parts of 8 KiB,
 * which is 7,000 addresses; the library compares each with each that it has: 60 such messages held a process
 * for 98 seconds.
 */
import type { Connection, PeerData, PeerStore, Stream } from "@libp2p/interface";
import type { Clock } from "../../base/clock.ts";
import { MessageTooLarge } from "../exchange/stream_message.ts";
import { PeerRate } from "./peer_rate.ts";

/** Ours have some 2 KiB, and the original takes no more than 4. */
const MOST_IDENTIFY_BYTES = 8 * 1024;
/** Kept of one peer; ours tell 16, twice. */
const MOST_ADDRESSES = 64;
/** Kept of one peer; ours speak a dozen. */
const MOST_PROTOCOLS = 128;
/** Honest peers wait for a second before they tell what is new. */
const PUSHES = { burst: 8, everyMs: 1_000 };
/** Dialled at a peer's word, when a relayed connection may become a direct one. */
const MOST_UPGRADE_ADDRESSES = 8;
/** A peer tries three times when it connects. */
const UPGRADES = { burst: 6, everyMs: 60_000 };

/** What is used of the services besides their faces; see `@libp2p/identify` 4.1.14 and `@libp2p/dcutr` 3.0.28. */
interface Service {
  host: { protocolVersion: string };
  components: object & { readonly peerStore: PeerStore };
  handleProtocol(stream: Stream, connection: Connection): Promise<void>;
}
interface IdentifyService extends Service {
  maybeAddObservedAddress(addr: unknown): void;
  _identify(connection: Connection, options: unknown): Promise<unknown>;
}
interface UpgradeService {
  getDialableMultiaddrs(addrs: readonly unknown[]): unknown[];
  handleIncomingUpgrade(stream: Stream, connection: Connection): Promise<void>;
}

/** Bounds what is read when a peer is asked who it is. @param protocolVersion what we say ourselves */
export function boundIdentify<T>(service: T, protocolVersion: string): T {
  const own = service as unknown as IdentifyService;
  nameOurselves(own, protocolVersion);
  tolerateOddAddress(own);
  boundStore(own);
  const identify = own._identify.bind(own);
  own._identify = (connection, options) => {
    const newStream: Connection["newStream"] = async (...args) => {
      const stream = await connection.newStream(...args);
      boundBytes(stream);
      return stream;
    };
    const { remoteAddr } = connection;
    return identify({ remoteAddr, newStream } as Connection, options);
  };
  return service;
}

/** Bounds how much peers tell unasked, and how often. @param protocolVersion what we tell ourselves */
export function boundIdentifyPush<T>(service: T, protocolVersion: string, clock: Clock): T {
  const own = service as unknown as Service;
  nameOurselves(own, protocolVersion);
  boundStore(own);
  const rate = new PeerRate(clock, PUSHES);
  const handle = own.handleProtocol.bind(own);
  own.handleProtocol = async (stream, connection) => {
    if (!rate.allows(connection.remotePeer.toString())) {
      return stream.abort(new Error("The peer tells of itself too often"));
    }
    boundBytes(stream);
    await handle(stream, connection);
  };
  return service;
}

/** Bounds whom peers can have us dial: they name the addresses, which need not be theirs. */
export function boundUpgrades<T>(service: T, clock: Clock): T {
  const own = service as unknown as UpgradeService;
  const dialable = own.getDialableMultiaddrs.bind(own);
  own.getDialableMultiaddrs = (addrs) => dialable(addrs).slice(0, MOST_UPGRADE_ADDRESSES);
  const rate = new PeerRate(clock, UPGRADES);
  const handle = own.handleIncomingUpgrade.bind(own);
  own.handleIncomingUpgrade = async (stream, connection) => {
    if (!rate.allows(connection.remotePeer.toString())) {
      return stream.abort(new Error("The peer wants to be dialled too often"));
    }
    await handle(stream, connection);
  };
  return service;
}

/** The library derives the name from the protocol's prefix, which must stay "ipfs". */
function nameOurselves(own: Service, protocolVersion: string): void {
  own.host.protocolVersion = protocolVersion;
}

/**
 * Over a relay the original says that it sees us at `/p2p/<id>`, which is no place in a network. The
 * library throws on it and drops all that the peer says of itself, its addresses among it, so that a
 * direct connection is never tried.
 */
function tolerateOddAddress(own: IdentifyService): void {
  const note = own.maybeAddObservedAddress.bind(own);
  own.maybeAddObservedAddress = (addr): void => {
    try {
      note(addr);
    } catch {
      // An address that says nothing.
    }
  };
}

/** Ends the stream beyond the bound, before the library has seen what is above it. */
function boundBytes(stream: Stream): void {
  const listen = stream.addEventListener.bind(stream) as (...args: unknown[]) => void;
  let bytes = 0;
  const count = (event: Event & { readonly data: { readonly byteLength: number } }): void => {
    bytes += event.data.byteLength;
    if (bytes <= MOST_IDENTIFY_BYTES) return;
    event.stopImmediatePropagation();
    stream.abort(new MessageTooLarge(bytes, MOST_IDENTIFY_BYTES));
  };
  let isCounted = false;
  // In the turn in which the library begins to listen: what came before is handed to the first listener.
  const watching = (type: string, ...rest: unknown[]): void => {
    if (type === "message" && !isCounted) {
      isCounted = true;
      listen("message", count);
    }
    listen(type, ...rest);
  };
  stream.addEventListener = watching as Stream["addEventListener"];
}

function boundStore(own: Service): void {
  const { peerStore } = own.components;
  const bounded: Pick<PeerStore, "get" | "patch" | "merge"> = {
    get: (...args) => peerStore.get(...args),
    patch: (peer, data, ...rest) => peerStore.patch(peer, bound(data), ...rest),
    merge: (peer, data, ...rest) => peerStore.merge(peer, bound(data), ...rest),
  };
  own.components = Object.create(own.components, { peerStore: { value: bounded } });
}

function bound(data: PeerData): PeerData {
  const { addresses, protocols } = data;
  return {
    ...data,
    ...addresses && { addresses: addresses.slice(0, MOST_ADDRESSES) },
    ...protocols && { protocols: protocols.slice(0, MOST_PROTOCOLS) },
  };
}
