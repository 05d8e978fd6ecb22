/**
 * The sync engine for programs: a history, the keys, and a node that syncs.
 *
 * What does the work is loaded when it is asked for: this is also on the way of the command `rr` where
 * it is started from the package's main module, and the network code takes a tenth of a second.
 */
import { linkedController } from "../base/async/linked_signal.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import type { Clock } from "../base/clock.ts";
import { causeChain } from "../base/rr_error.ts";
import type { World } from "../base/world.ts";
import { createEntry } from "../history/create_entry.ts";
import type { Entry, EntryDraft } from "../history/entry.ts";
import { checkEntry } from "../history/check_entry.ts";
import { uuidV7 } from "../history/uuid.ts";
import type { History } from "../store/file/open_history.ts";
import type { SyncListener } from "../sync/events.ts";
import type { SyncOptions } from "../sync/options.ts";
import type { PeerId } from "../swarm/peer.ts";
import type { SyncReport } from "../sync/report.ts";
import { type RuntimeGlobals, runtimeTooOld } from "../world/oldest_runtime.ts";
import { systemWorld } from "../world/system.ts";
import type { SyncSession } from "./session/session.ts";

/** Whose entries {@linkcode LocalHistory.record} makes. */
export interface Owner {
  /** Names this device; different on each device of a person. */
  readonly deviceId: string;
  /** Names the person; the same on all of the devices. */
  readonly userId: string;
}

/** The history of this device: a SQLite database that the original `rr` can open as well. */
export interface LocalHistory extends Disposable {
  /** Stores a command that was run and returns the entry that was made of it. */
  record(draft: EntryDraft, owner: Owner): Entry;
  /**
   * Stores entries whose id is not there yet.
   *
   * @throws {EntryError} for an entry that breaks a rule; then nothing is stored
   */
  append(entries: readonly Entry[]): { readonly inserted: number; readonly ignored: number };
  /** Whether an entry of this id is stored. */
  has(id: string): boolean;
  /** Number of entries. */
  count(): number;
  /** Up to `limit` entries in the order in which they were stored, those after the first `seq`. */
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
  /** Multiaddrs of peers, each ending in `/p2p/<PeerId>`. @default {[]} */
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
   * @throws {Error} if a round or a watch is under way
   * @throws `signal.reason` once the signal is aborted; what was stored stays stored
   */
  syncOnce(options?: { readonly signal?: AbortSignal }): Promise<SyncReport>;
  /**
   * Rounds until the signal is aborted; then it resolves.
   *
   * @throws {RangeError} if `intervalMs` is not a positive integer
   * @throws {Error} if a round or a watch is under way
   */
  watch(options: WatchSyncOptions): Promise<void>;
}

/**
 * Opens the history at `path`, creating it (0600, in a folder of 0700) if it is missing.
 *
 * @throws {RrError} `database` or `busy`, saying what is wrong with the file
 * @throws {Error} on a Deno or Node that is older than `rr` runs on
 */
export async function openHistory(path: string): Promise<LocalHistory> {
  const world = await worldHere();
  const { openHistory } = await import("../store/file/open_history.ts");
  return new OpenedHistory(openHistory(path, world), world);
}

/**
 * Loads the swarm key and the identity of a device, creating what is missing (0600).
 *
 * @throws {RrError} `key` if a file is corrupt; it is never replaced
 * @throws {Error} on a Deno or Node that is older than `rr` runs on
 */
export async function loadKeys(
  paths: { readonly swarmKeyPath: string; readonly identityKeyPath: string },
): Promise<DeviceKeys> {
  const world = await worldHere();
  const { loadKeys } = await import("./session/keys.ts");
  return await loadKeys(paths, world, silentLogger());
}

/**
 * Starts a node: it takes connections, answers peers, and tells the trackers. It syncs when it is
 * asked to.
 *
 * @throws {RrError} `config` for an address that cannot be used, `network` if listening fails
 * @throws {RangeError} for a sync option that is out of bounds
 */
export async function startNode(options: SyncNodeOptions): Promise<SyncNode> {
  if (!(options.history instanceof OpenedHistory)) {
    throw new TypeError("Cannot start a node as 'history' must come from openHistory()");
  }
  const { openSession } = await import("./session/session.ts");
  const world = await worldHere();
  const { database } = options.history;
  const logger = options.logger ?? silentLogger();
  const session = await openSession({
    ...options,
    ...options.keys,
    hostname: options.hostname ?? options.deviceId,
    announce: (options.listen ?? []).length + (options.relays ?? []).length > 0,
  }, {
    history: database,
    clock: world.clock,
    random: world.random,
    logger,
    onEvent: options.onEvent,
  });
  return new RunningSyncNode(session, database, { clock: world.clock, logger });
}

/** Before anything is loaded that an old runtime does not know, and would only name in its own words. */
async function worldHere(): Promise<World> {
  const complaint = runtimeTooOld(globalThis as RuntimeGlobals);
  if (complaint !== undefined) throw new Error(complaint);
  return await systemWorld();
}

class OpenedHistory implements LocalHistory {
  readonly database: History;
  readonly #world: World;

  constructor(database: History, world: World) {
    this.database = database;
    this.#world = world;
  }

  record(draft: EntryDraft, owner: Owner): Entry {
    const { clock, random } = this.#world;
    const startedAtMs = Math.floor(draft.startedAtMs ?? clock.now());
    const id = uuidV7(startedAtMs, random.bytes(10));
    const entry = createEntry({ ...draft, startedAtMs }, id, owner);
    this.database.log.append([entry]);
    return entry;
  }

  append(entries: readonly Entry[]): { readonly inserted: number; readonly ignored: number } {
    return this.database.log.append(entries.map(checkEntry));
  }

  has(id: string): boolean {
    return this.database.log.has(id);
  }

  count(): number {
    return this.database.log.count();
  }

  entriesAfter(seq: number, limit: number): ReturnType<LocalHistory["entriesAfter"]> {
    return this.database.log.entriesAfter(seq, { entries: limit, bytes: Infinity });
  }

  [Symbol.dispose](): void {
    this.database[Symbol.dispose]();
  }
}

class RunningSyncNode implements SyncNode {
  readonly peer: PeerId;
  readonly #session: SyncSession;
  readonly #history: History;
  readonly #deps: { readonly clock: Clock; readonly logger: Logger };

  constructor(
    session: SyncSession,
    history: History,
    deps: { readonly clock: Clock; readonly logger: Logger },
  ) {
    this.peer = session.node.peer;
    this.#session = session;
    this.#history = history;
    this.#deps = deps;
  }

  listening(): readonly string[] {
    return this.#session.node.listening();
  }

  syncOnce({ signal }: { readonly signal?: AbortSignal } = {}): Promise<SyncReport> {
    return this.#session.engine.runRound(signal);
  }

  async watch({ intervalMs = 60_000, push = false, signal }: WatchSyncOptions): Promise<void> {
    const { watchLocalChanges } = await import("./session/local_changes.ts");
    const { engine } = this.#session;
    const { clock, logger } = this.#deps;
    using over = linkedController(signal);
    const changes = watchLocalChanges({
      clock,
      dataVersion: () => this.#history.log.headSeq(),
      ingest: () => Promise.resolve(0),
      onChange: () => engine.localChange(),
      onError: (error) => logger.warn("Could not look for changes", { error: causeChain(error) }),
    }, over.signal);
    try {
      await engine.watch({ intervalMs, push }, signal);
    } finally {
      over.abort();
      await changes;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }
}
