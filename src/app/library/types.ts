/** What the library takes and gives, as programs see it. */
import type { Logger } from "../../base/log.ts";
import type { Entry, EntryDraft } from "../../history/entry.ts";
import type { PeerId } from "../../swarm/peer.ts";
import type { SyncListener } from "../../sync/events.ts";
import type { SyncOptions } from "../../sync/options.ts";
import type { SyncReport } from "../../sync/report.ts";

/** Whose entries {@linkcode LocalHistory.record} makes. */
export interface Owner {
  /** Names this device; different on each device of a person. 1 to 1,024 characters, no control characters. */
  readonly deviceId: string;
  /** Names the person; the same on all of the devices. As long as `deviceId` may be. */
  readonly userId: string;
}

/**
 * The history of this device: a SQLite database that the original `rr` can open as well.
 *
 * What reads or writes it throws {@linkcode RrError}: `database` if the file is damaged or was closed,
 * `busy` if another program holds it for longer than 5 s.
 */
export interface LocalHistory extends Disposable {
  /**
   * Stores a command that was run and returns the entry that was made of it.
   *
   * @throws {TypeError} or {RangeError} naming what of `draft` or `owner` cannot be used
   * @throws {EntryError} for a field of `draft` that breaks its rule
   */
  record(draft: EntryDraft, owner: Owner): Entry;
  /**
   * Stores entries whose id is not there yet.
   *
   * @throws {EntryError} for an entry that breaks a rule; then nothing is stored
   * @throws {TypeError} if `entries` is no array
   */
  append(entries: readonly Entry[]): { readonly inserted: number; readonly ignored: number };
  /** Whether an entry of this id is stored. */
  has(id: string): boolean;
  /** Number of entries. */
  count(): number;
  /**
   * Up to `limit` entries in the order in which they were stored, those after the place `seq`; 0 is
   * before the first.
   *
   * @throws {RangeError} if `seq` is not an integer of at least 0, or `limit` not one of at least 1
   */
  entriesAfter(seq: number, limit: number): {
    readonly entries: readonly Entry[];
    /** Where to go on; `undefined` at the end. */
    readonly lastSeq: number | undefined;
  };
}

/** The keys of a device. Secret. */
export interface DeviceKeys {
  /** 32 bytes, the same on every device of the swarm. */
  readonly swarmKey: Uint8Array;
  /** This device's own key pair. */
  readonly identity: {
    readonly peer: PeerId;
    /** 68 bytes in libp2p's protobuf form. */
    readonly protobuf: Uint8Array;
  };
}

/** How a node takes part. */
export interface SyncNodeOptions extends Owner {
  /** From {@linkcode openHistory}; it is not closed with the node. */
  readonly history: LocalHistory;
  /** From {@linkcode loadKeys}. */
  readonly keys: DeviceKeys;
  /** The machine's name, shown to other devices. @default {deviceId} */
  readonly hostname?: string;
  /** Multiaddrs to take connections on, such as `/ip4/0.0.0.0/tcp/8845`. @default {[], only dial} */
  readonly listen?: readonly string[];
  /** Multiaddrs of relays, each ending in `/p2p/<PeerId>`. @default {[]} */
  readonly relays?: readonly string[];
  /** Base URLs of trackers. @default {[]} */
  readonly trackers?: readonly string[];
  /** What the trackers ask for. A secret. */
  readonly trackerToken?: string;
  /** Multiaddrs of peers that are always tried, each ending in `/p2p/<PeerId>`. @default {[]} */
  readonly peers?: readonly string[];
  /** Batch size, push, retries. */
  readonly sync?: SyncOptions;
  /** Told of everything that happens, with counts. */
  readonly onEvent?: SyncListener;
  /** Where warnings go. @default {nowhere} */
  readonly logger?: Logger;
}

/** How {@linkcode SyncNode.watch} goes on. */
export interface WatchSyncOptions {
  /** From the start of a round to the start of the next, in milliseconds. @default {60_000} */
  readonly intervalMs?: number;
  /** Whether to also send what this device recorded, within a second. @default {false} */
  readonly push?: boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** A device in the network until disposed, which takes at most 300 ms. */
export interface SyncNode extends AsyncDisposable {
  /** This device's PeerId, `12D3Koo...`. */
  readonly peer: PeerId;
  /** Every address listened on, ending in `/p2p/<PeerId>`: what other devices can be given as peer. */
  listening(): readonly string[];
  /**
   * One round with all peers. Whether it was a success stands in the report.
   *
   * @throws {Error} if a round or a watch is under way, or the node is disposed of
   * @throws `signal.reason` once the signal is aborted; what was stored stays stored
   */
  syncOnce(options?: { readonly signal?: AbortSignal }): Promise<SyncReport>;
  /**
   * Rounds until the signal is aborted; then it resolves.
   *
   * @throws {RangeError} if `intervalMs` is not a positive integer
   * @throws {TypeError} if there is no signal
   * @throws {Error} if a round or a watch is under way, or the node is disposed of
   */
  watch(options: WatchSyncOptions): Promise<void>;
}
