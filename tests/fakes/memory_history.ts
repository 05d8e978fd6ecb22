/** A {@linkcode HistoryLog} in memory, whole or not at all like the real one. */
import type { DeviceId, Entry } from "../../src/history/entry.ts";
import type { HistoryLog } from "../../src/sync/ports.ts";
import type { AppendResult, LogBatch, PullState, ReadLimit } from "../../src/swarm/log.ts";
import type { PeerId } from "../../src/swarm/peer.ts";

interface Row {
  readonly seq: number;
  readonly entry: Entry;
}

/** The log of one device. Sequence numbers begin at 1 and are never used twice. */
export class MemoryHistory implements HistoryLog {
  /** Thrown by the next calls that read or write the log, first one first; `undefined` lets one pass. */
  readonly failures: (Error | undefined)[] = [];
  /** What a peer brings is ignored if it is older; milliseconds since the Unix epoch. */
  prunedBeforeMs = -Infinity;
  #rows: Row[] = [];
  #ids = new Set<string>();
  #nextSeq = 1;
  #pulls = new Map<PeerId, PullState>();
  #pushes = new Map<PeerId, number>();

  entriesAfter(seq: number, limit: ReadLimit, deviceId?: DeviceId): LogBatch {
    this.#maybeFail();
    const entries: Entry[] = [];
    let bytes = 0;
    let lastSeq: number | undefined;
    for (const row of this.#rows) {
      if (row.seq <= seq || (deviceId !== undefined && row.entry.deviceId !== deviceId)) continue;
      bytes += 200 + row.entry.command.length + row.entry.cwd.length;
      if (entries.length >= limit.entries) break;
      if (entries.length > 0 && bytes > limit.bytes) break;
      entries.push(row.entry);
      lastSeq = row.seq;
    }
    return { entries, lastSeq };
  }

  append(
    entries: readonly Entry[],
    { fromPeer = false }: { readonly fromPeer?: boolean } = {},
  ): AppendResult {
    this.#maybeFail();
    let inserted = 0;
    for (const entry of entries) {
      if (this.#ids.has(entry.id)) continue;
      if (fromPeer && entry.startedAtMs < this.prunedBeforeMs) continue;
      this.#ids.add(entry.id);
      this.#rows.push({ seq: this.#nextSeq++, entry });
      inserted++;
    }
    return { inserted, ignored: entries.length - inserted };
  }

  appendPulled(peer: PeerId, entries: readonly Entry[], state: PullState): AppendResult {
    const result = this.append(entries, { fromPeer: true });
    this.#pulls.set(peer, state);
    return result;
  }

  has(entryId: string): boolean {
    return this.#ids.has(entryId);
  }

  pullState(peer: PeerId): PullState {
    return this.#pulls.get(peer) ?? { cursor: 0, lastId: undefined };
  }

  pushCursor(peer: PeerId): number {
    return this.#pushes.get(peer) ?? 0;
  }

  advancePushCursor(peer: PeerId, seq: number): void {
    this.#pushes.set(peer, Math.max(this.pushCursor(peer), seq));
  }

  restartPush(peer: PeerId): void {
    this.#pushes.delete(peer);
  }

  pendingPush(peer: PeerId, deviceId: DeviceId): number {
    const cursor = this.pushCursor(peer);
    return this.#rows.filter((row) => row.seq > cursor && row.entry.deviceId === deviceId).length;
  }

  /** All entries, in the order in which they were taken in. */
  get entries(): readonly Entry[] {
    return this.#rows.map((row) => row.entry);
  }

  /** The ids of all entries, sorted. */
  get ids(): readonly string[] {
    return [...this.#ids].sort();
  }

  /** Removes entries as a prune does: their numbers are gone for good. */
  remove(drop: (entry: Entry) => boolean): void {
    for (const row of this.#rows) if (drop(row.entry)) this.#ids.delete(row.entry.id);
    this.#rows = this.#rows.filter((row) => !drop(row.entry));
  }

  /** Becomes a new database that holds `entries`, in that order; cursors are gone. */
  recreate(entries: readonly Entry[] = []): void {
    this.#rows = [];
    this.#ids.clear();
    this.#nextSeq = 1;
    this.#pulls.clear();
    this.#pushes.clear();
    this.append(entries);
  }

  /** Sets how far a peer was followed, as an older program may have left it. */
  setPullState(peer: PeerId, state: PullState): void {
    this.#pulls.set(peer, state);
  }

  #maybeFail(): void {
    const failure = this.failures.shift();
    if (failure) throw failure;
  }
}
