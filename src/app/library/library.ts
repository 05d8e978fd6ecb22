/**
 * The sync engine for programs: a history, the keys, and a node that syncs.
 *
 * What does the work is loaded when it is asked for: this is also on the way of the command `rr` where
 * it is started from the package's main module, and the network code takes a tenth of a second.
 */
import { linkedController } from "../../base/async/linked_signal.ts";
import { type Logger, silentLogger } from "../../base/log.ts";
import type { Clock } from "../../base/clock.ts";
import { causeChain } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { createEntry } from "../../history/create_entry.ts";
import type { Entry, EntryDraft } from "../../history/entry.ts";
import { checkEntry } from "../../history/check_entry.ts";
import { uuidV7 } from "../../history/uuid.ts";
import type { History } from "../../store/file/open_history.ts";
import type { PeerId } from "../../swarm/peer.ts";
import type { SyncReport } from "../../sync/report.ts";
import { type RuntimeGlobals, runtimeTooOld } from "../../world/oldest_runtime.ts";
import { checkOwner, checkPath, checkSignal, checkType, checkWhole, isObject } from "./checks.ts";
import { systemWorld } from "../../world/system.ts";
import type { SyncSession } from "../session/session.ts";
import type {
  DeviceKeys,
  LocalHistory,
  Owner,
  SyncNode,
  SyncNodeOptions,
  WatchSyncOptions,
} from "./types.ts";

/**
 * Opens the history at `path`, creating it (0600, in a folder of 0700) if it is missing.
 *
 * @throws {RrError} `database` or `busy`, saying what is wrong with the file
 * @throws {TypeError} if `path` is no text, or empty
 * @throws {Error} on a Deno or Node that is older than `rr` runs on
 */
export async function openHistory(path: string): Promise<LocalHistory> {
  checkPath("open a history", "path", path);
  const world = await worldHere();
  const { openHistory } = await import("../../store/file/open_history.ts");
  return new OpenedHistory(openHistory(path, world), world);
}

/**
 * Loads the swarm key and the identity of a device, creating what is missing (0600).
 *
 * @throws {RrError} `key` if a file is corrupt; it is never replaced
 * @throws {TypeError} if one of the paths is no text, or empty
 * @throws {Error} on a Deno or Node that is older than `rr` runs on
 */
export async function loadKeys(
  paths: { readonly swarmKeyPath: string; readonly identityKeyPath: string },
): Promise<DeviceKeys> {
  const given: Partial<typeof paths> = isObject(paths) ? paths : {};
  checkPath("load keys", "swarmKeyPath", given.swarmKeyPath);
  checkPath("load keys", "identityKeyPath", given.identityKeyPath);
  const world = await worldHere();
  const { loadKeys } = await import("../session/keys.ts");
  return await loadKeys(paths, world, silentLogger());
}

/**
 * Starts a node: it takes connections, answers peers, and tells the trackers. It syncs when it is
 * asked to.
 *
 * @throws {RrError} `config` for an address that cannot be used, `network` if listening fails,
 * `database` if the history is closed
 * @throws {TypeError} naming an option of another type
 * @throws {RangeError} naming an option that is out of bounds
 */
export async function startNode(options: SyncNodeOptions): Promise<SyncNode> {
  checkType("start a node", "options", isObject(options), "an object", options);
  if (!(options.history instanceof OpenedHistory)) {
    throw new TypeError("Cannot start a node as 'history' must come from openHistory()");
  }
  const { checkNodeOptions } = await import("./check_node.ts");
  checkNodeOptions(options);
  // Reads it: a history that was closed could sync nothing.
  options.history.count();
  const { openSession } = await import("../session/session.ts");
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
    checkType("record", "draft", isObject(draft), "an object", draft);
    checkOwner("record", owner);
    const { clock, random } = this.#world;
    const startedAtMs = Math.floor(draft.startedAtMs ?? clock.now());
    const id = uuidV7(startedAtMs, random.bytes(10));
    const entry = createEntry({ ...draft, startedAtMs }, id, owner);
    this.database.log.append([entry]);
    return entry;
  }

  append(entries: readonly Entry[]): { readonly inserted: number; readonly ignored: number } {
    checkType("append", "entries", Array.isArray(entries), "an array", entries);
    return this.database.log.append(entries.map(checkEntry));
  }

  has(id: string): boolean {
    checkType("look for an entry", "id", typeof id === "string", "text", id);
    return this.database.log.has(id);
  }

  count(): number {
    return this.database.log.count();
  }

  entriesAfter(seq: number, limit: number): ReturnType<LocalHistory["entriesAfter"]> {
    checkWhole("read entries", "seq", seq, 0);
    checkWhole("read entries", "limit", limit, 1);
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
  #isOver = false;

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

  async syncOnce({ signal }: { readonly signal?: AbortSignal } = {}): Promise<SyncReport> {
    this.#throwIfOver();
    return await this.#session.engine.runRound(signal);
  }

  async watch({ intervalMs = 60_000, push = false, signal }: WatchSyncOptions): Promise<void> {
    checkSignal(signal);
    this.#throwIfOver();
    const { watchLocalChanges } = await import("../session/local_changes.ts");
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
    this.#isOver = true;
    await this.#session[Symbol.asyncDispose]();
  }

  // Its rounds would find nobody, and say that of the network.
  #throwIfOver(): void {
    if (this.#isOver) throw new Error("Cannot sync: the node has been disposed of");
  }
}
