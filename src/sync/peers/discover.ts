/** Who there is to sync with: what the directories, the peer book and the caller know, merged. */
import type { Clock } from "../../base/clock.ts";
import { withDeadline } from "../../base/async/deadline.ts";
import type { Logger } from "../../base/log.ts";
import { causeChain, toError } from "../../base/rr_error.ts";
import type { DeviceId } from "../../history/entry.ts";
import { TwinWatch } from "./twin_watch.ts";
import type { SyncListener } from "../events.ts";
import type { Directory, PeerBook } from "../ports.ts";
import { boundedAddrs } from "../../swarm/peer_addrs.ts";
import type { PeerId, PeerRecord } from "../../swarm/peer.ts";

/** Most peers in one round. A person has a handful; a directory that names thousands lies. */
export const MAX_PEERS = 256;
/** How long a peer that no directory knows any more is still tried: seven days, as the original. */
const BOOK_SECONDS = 7 * 24 * 3600;
/** The same for one that never answered, which may not exist. The original keeps all that are named. */
const NEVER_ANSWERED_SECONDS = 24 * 3600;
/** Most peers taken from one directory, of those that never answered: each gets its share. */
const MOST_NAMED = 64;

/** A peer that may be tried. */
export interface FoundPeer extends PeerRecord {
  /**
   * `manual`: the caller named it; `named`: a directory does; `remembered`: only the book knows it.
   */
  readonly standing: "manual" | "named" | "remembered";
  /** The directory that names it, if it never answered. */
  readonly source: string | undefined;
}

/** Who we are. */
export interface Self {
  readonly peer: PeerId;
  readonly deviceId: DeviceId;
  readonly userId: string;
  /** The machine's name. @default {unknown} */
  readonly hostname?: string | undefined;
  /** The addresses that we tell others now. @default {none} */
  readonly addresses?: (() => readonly string[]) | undefined;
}

/** What discovery needs. */
export interface DiscoverDeps {
  readonly self: Self;
  readonly directories: readonly Directory[];
  readonly book: PeerBook;
  /** Peers that the caller named. */
  readonly manual: readonly PeerRecord[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onEvent: SyncListener;
}

/** Finds peers, and remembers what it has complained about already. */
export class Discovery {
  readonly #deps: DiscoverDeps;
  /** How often in a row each did not answer. */
  readonly #failing = new Map<string, number>();
  readonly #answered = new Set<string>();
  readonly #reported = new Set<string>();
  readonly #twins: TwinWatch;

  /** Prepares discovery; nothing is asked yet. */
  constructor(deps: DiscoverDeps) {
    this.#deps = deps;
    this.#twins = new TwinWatch(deps.self, deps.clock, deps.onEvent);
  }

  /** How often in a row the directory did not answer that went silent last; 0 if all answer. */
  get lastFailures(): number {
    return this.#failing.size === 0 ? 0 : Math.min(...this.#failing.values());
  }

  /**
   * The peers that may be tried, this one excluded: those synced with before come first, then what
   * the directories name, in turn, so that one that names hundreds does not shut out the others. All
   * are asked at the same time, and one that has not answered after `deadlineMs` is left out.
   *
   * @throws `signal.reason` once the signal is aborted; nothing else
   */
  async find(deadlineMs: number, signal: AbortSignal): Promise<readonly FoundPeer[]> {
    const { directories, self, manual } = this.#deps;
    const lists = await Promise.all(
      directories.map((directory) => this.#ask(directory, deadlineMs, signal)),
    );
    signal.throwIfAborted();
    const now = Math.floor(this.#deps.clock.now() / 1000);
    const book = this.#fromBook(now);
    const answered = new Set(book.filter((one) => one.answered).map((one) => one.peer));
    // A directory's clock may be wrong; but it forgets who is gone, so whom it names is there now.
    const named = lists.map((list, i) =>
      list.map((record) => ({
        ...record,
        lastSeenUnix: now,
        answered: answered.has(record.peer),
        source: directories[i]!.name,
      }))
    );
    const alive = named.flat();
    this.#reportSameDevice(alive);
    lists.forEach((list, i) => this.#twins.look(list, directories[i]!.name));
    const merged = mergeRecords([...manual, ...inOrderOfTrust(named, book, now)], self.peer);
    const sources = new Map(alive.map((record) => [record.peer, record.source]));
    this.#remember(merged.filter((record) => record.answered && sources.has(record.peer)));
    const byHand = new Set(manual.map((record) => record.peer));
    const standingOf = (peer: PeerId): FoundPeer["standing"] =>
      byHand.has(peer) ? "manual" : sources.has(peer) ? "named" : "remembered";
    return merged.map((record) => ({
      ...record,
      standing: standingOf(record.peer),
      source: record.answered ? undefined : sources.get(record.peer),
    }));
  }

  async #ask(
    directory: Directory,
    deadlineMs: number,
    signal: AbortSignal,
  ): Promise<readonly PeerRecord[]> {
    const { clock, self, onEvent } = this.#deps;
    const { name } = directory;
    try {
      const options = { clock, signal, what: `get the peers from ${name}` };
      const found = await withDeadline(
        deadlineMs,
        (inner) => directory.list(self.userId, inner),
        options,
      );
      this.#noteAnswer(name);
      return found;
    } catch (error) {
      if (signal.aborted) return [];
      const failures = this.#failing.get(name) ?? 0;
      this.#failing.set(name, failures + 1);
      if (failures === 0) onEvent({ type: "directory-failed", name, error: toError(error) });
      return [];
    }
  }

  #noteAnswer(name: string): void {
    const { onEvent } = this.#deps;
    if (this.#failing.delete(name)) onEvent({ type: "directory-recovered", name });
    if (this.#answered.has(name)) return;
    this.#answered.add(name);
    onEvent({ type: "directory-answered", name });
  }

  #fromBook(now: number): readonly PeerRecord[] {
    const { book, self, logger } = this.#deps;
    try {
      return book.recent(now - BOOK_SECONDS, self.userId);
    } catch (error) {
      logger.warn("Could not read the peer book", { error: causeChain(error) });
      return [];
    }
  }

  #remember(records: readonly PeerRecord[]): void {
    if (records.length === 0) return;
    try {
      this.#deps.book.remember(records);
    } catch (error) {
      this.#deps.logger.warn("Could not write the peer book", { error: causeChain(error) });
    }
  }

  /**
   * Two devices under one id push each other's entries as their own, and a person cannot tell them
   * apart. Only who is there now counts: the book also holds keys that a device has given up.
   */
  #reportSameDevice(alive: readonly PeerRecord[]): void {
    const { self, onEvent } = this.#deps;
    const byDevice = new Map<string, Set<PeerId>>([[self.deviceId, new Set([self.peer])]]);
    for (const { peer, deviceId } of alive) {
      if (deviceId === undefined) continue;
      byDevice.set(deviceId, (byDevice.get(deviceId) ?? new Set()).add(peer));
    }
    for (const [deviceId, group] of byDevice) {
      const peers = [...group].sort();
      const key = [deviceId, ...peers].join("\0");
      if (peers.length < 2 || this.#reported.has(key)) continue;
      if (this.#reported.size < MAX_PEERS) this.#reported.add(key);
      onEvent({ type: "same-device-id", deviceId, peers });
    }
  }
}

/** Those synced with before come first, those that never answered last, each directory in turn. */
function inOrderOfTrust(
  named: readonly (readonly PeerRecord[])[],
  book: readonly PeerRecord[],
  now: number,
): PeerRecord[] {
  const strangers = named.map((list) => list.filter((one) => !one.answered).slice(0, MOST_NAMED));
  const isRecent = (one: PeerRecord): boolean => one.lastSeenUnix >= now - NEVER_ANSWERED_SECONDS;
  return [
    ...named.flat().filter((one) => one.answered),
    ...book.filter((one) => one.answered),
    ...inTurn(strangers),
    ...book.filter((one) => !one.answered && isRecent(one)),
  ];
}

/**
 * One record per peer, bounded in number and in addresses. What stands first wins; addresses of
 * later records are added, since the first may be out of date.
 */
export function mergeRecords(records: readonly PeerRecord[], self: PeerId): readonly PeerRecord[] {
  const merged = new Map<PeerId, PeerRecord>();
  for (const record of records) {
    if (record.peer === self) continue;
    const known = merged.get(record.peer);
    if (known === undefined && merged.size >= MAX_PEERS) continue;
    const addrs = new Set([...known?.addrs ?? [], ...record.addrs]);
    merged.set(record.peer, {
      peer: record.peer,
      addrs: boundedAddrs(addrs),
      deviceId: known?.deviceId ?? record.deviceId,
      userId: known?.userId ?? record.userId,
      hostname: known?.hostname ?? record.hostname,
      lastSeenUnix: Math.max(known?.lastSeenUnix ?? 0, record.lastSeenUnix),
      answered: (known?.answered ?? false) || (record.answered ?? false),
    });
  }
  return [...merged.values()];
}

/** The first of each list, then the second of each, and so on. */
function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1)))
    .flat();
}
