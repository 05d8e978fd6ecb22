/** The items of a device without a disk: what the simulator runs on, and what SQLite is compared with. */
import { type Digest, markOf, type Name } from "../../src/named/digest.ts";
import type { Difference } from "../../src/named/apart.ts";
import { beats, type Facts, factsOf, isAbove, type Item, weekOf } from "../../src/named/item.ts";
import type {
  Applied,
  Base,
  ItemStore,
  Marked,
  Page,
  Place,
  Seq,
  Span,
  StoredBucket,
  WeekSpan,
} from "../../src/named/store.ts";
import { copyOf, type Held, isWithin, type MemoryData } from "./memory_data.ts";
import { cachedHash, MemoryDigests, twinOf } from "./memory_digests.ts";

const MOST_BASES = 64;

/** See the file's description. */
export class MemoryItems implements ItemStore {
  data: MemoryData = {
    records: new Map(),
    digests: new Map(),
    bases: [],
    pins: new Map(),
    counter: 0,
    absorbed: 0,
    floor: 0,
    dirty: false,
  };
  readonly pageItems: number;
  readonly #digests = new MemoryDigests(() => this.data.digests);

  constructor(pageItems = 2000) {
    this.pageItems = pageItems;
  }

  get floor(): number {
    return this.data.floor;
  }

  head(): Seq {
    return this.data.absorbed;
  }

  name(floor: number): Name {
    return this.#digests.name(floor);
  }

  digest(floor: number): Digest {
    return this.#digests.digest(floor);
  }

  buckets(floor: number): StoredBucket[] {
    return this.#digests.buckets(floor);
  }

  countSince(seq: Seq, floor: number): number {
    let count = 0;
    for (const record of this.data.records.values()) {
      if (record.counted && record.seq > seq && isAbove(weekOf(record.facts), floor)) count++;
    }
    return count;
  }

  weekMarks(span: WeekSpan, wide: boolean): Map<string, Marked[]> {
    const all = new Map<string, Marked[]>();
    for (const { facts, seq } of this.#within(span)) {
      const [mark, twin] = [facts, twinOf(facts)].map((one) => markOf(cachedHash(one), wide));
      const marks = all.get(facts.deviceId) ?? [];
      marks.push({ seq, mark: mark!, twin: twin!, dead: facts.dead });
      all.set(facts.deviceId, marks);
    }
    return all;
  }

  page(span: Span, from: Place | undefined): Page {
    const start = (from as number | undefined) ?? -1;
    const rest = this.#within(span).filter(({ seq }) => seq > start).sort((a, b) => a.seq - b.seq);
    const part = rest.slice(0, this.pageItems);
    return {
      items: part.flatMap((record) => record.item ?? []),
      held: part.flatMap((record) => record.item === undefined ? [record.facts] : []),
      next: part.length < rest.length ? part.at(-1)!.seq : undefined,
    };
  }

  #within(span: Span): Held[] {
    return [...this.data.records.values()].filter((one) => one.counted && isWithin(one, span));
  }

  apply(items: readonly Item[]): Applied {
    const { items: absorbed, shrank: rebuilt } = this.absorb();
    const gained: Item[] = [];
    const answers: Item[] = [];
    const overruling: Item[] = [];
    const held: Difference[] = [];
    let shrank = rebuilt;
    for (const item of items) {
      const done = this.#applyOne(item);
      const theirs = factsOf(item);
      const mine = this.data.records.get(theirs.id);
      if (mine !== undefined && mine.item === undefined && mine.counted) {
        held.push({ mine: mine.facts, theirs });
      }
      if (done === "ended") overruling.push(item);
      if (done === "gained" || done === "moved") gained.push(item);
      if (done === "shrank" || done === "ended" || done === "moved") shrank = true;
      if (typeof done === "object") answers.push(done);
    }
    this.data.absorbed = this.data.counter;
    return { absorbed, gained, answers, overruling, held, shrank };
  }

  bases(): readonly Base[] {
    return this.data.bases;
  }

  saveBase(base: Base, peers: readonly string[]): void {
    const { data } = this;
    data.bases = [base, ...data.bases.filter(({ name }) => name !== base.name)];
    for (const peer of peers) data.pins.set(peer, base.name);
    const pinned = new Set(data.pins.values());
    data.bases = data.bases.filter(({ name }, i) => i < MOST_BASES || pinned.has(name));
  }

  pinned(peer: string): Base | undefined {
    const name = this.data.pins.get(peer);
    return this.data.bases.find((base) => base.name === name);
  }

  wipeBases(): void {
    this.data.bases = [];
    this.data.pins.clear();
  }

  rebuild(): void {
    this.#digests.clear();
    for (const record of this.data.records.values()) {
      if (record.before !== undefined) this.#put({ ...record, before: undefined });
      if (record.seq > this.data.absorbed || !isAbove(weekOf(record.facts), this.floor)) {
        continue;
      }
      if (record.counted || record.item !== undefined) {
        this.#put({ ...record, before: undefined, counted: true });
        this.#digests.count(record.facts, 1, record.seq);
      }
    }
  }

  // What the daemon and the commands do beside the exchange.

  /** Takes in an entry recorded here or sent by a v1 peer; whether it was new. */
  record(item: Item, fromPeer = false): boolean {
    const facts = factsOf(item);
    if (this.data.records.has(facts.id)) return false;
    if (fromPeer && !isAbove(weekOf(facts), this.floor)) return false;
    this.#put({ facts, seq: ++this.data.counter, item, counted: false, before: undefined });
    return true;
  }

  isBehind(): boolean {
    return this.data.dirty || this.data.absorbed !== this.data.counter;
  }

  /** Accounts for what was written beside the exchange. */
  absorb(): { readonly items: Item[]; readonly shrank: boolean } {
    const { data, data: { dirty: shrank } } = this;
    if (!this.isBehind()) return { items: [], shrank };
    if (data.dirty) {
      data.dirty = false;
      this.rebuild();
      this.wipeBases();
    }
    const items: Item[] = [];
    for (const record of data.records.values()) {
      if (record.seq <= data.absorbed) continue;
      if (record.before !== undefined) this.#digests.count(record.before, -1, record.seq);
      this.#put({ ...record, counted: this.#countIfAbove(record), before: undefined });
      if (record.item !== undefined) items.push(record.item);
    }
    data.absorbed = data.counter;
    return { items, shrank };
  }

  /** Deletes everywhere: leaves a tombstone, to be absorbed. */
  delete(id: string, deletedAt = 0): void {
    const known = this.data.records.get(id);
    if (known === undefined || known.facts.dead) return;
    const { ts, deviceId } = known.facts;
    const item = { id, ts, deviceId, deletedAt } as Item;
    const before = known.before ?? (known.counted ? known.facts : undefined);
    const facts = { ...known.facts, dead: true };
    this.#put({ facts, seq: ++this.data.counter, item, counted: false, before });
  }

  /** Deletes on this device only. */
  deleteHere(id: string): void {
    this.absorb();
    const known = this.data.records.get(id);
    if (known === undefined || known.facts.dead) return;
    this.#put({ ...known, item: undefined });
  }

  /** Keeps only what is above; `kept` ids stay although they are below. */
  setFloor(floor: number, kept: ReadonlySet<string> = new Set()): void {
    const { data } = this;
    this.absorb();
    const lowered = floor < data.floor;
    data.floor = floor;
    for (const [id, record] of data.records) {
      // What was deleted here stays so, whatever becomes of the floor.
      if (isAbove(weekOf(record.facts), floor) || record.item === undefined) continue;
      if (!record.facts.dead && !kept.has(id)) data.records.delete(id);
      else this.#put({ ...record, counted: false });
    }
    this.#digests.dropBelow(floor);
    if (lowered) {
      this.rebuild();
      this.wipeBases();
    }
  }

  /** Another program removes a row. */
  foreignDelete(id: string): void {
    const known = this.data.records.get(id);
    if (known === undefined || known.facts.dead || known.item === undefined) return;
    this.data.records.delete(id);
    this.data.dirty = true;
  }

  /** A copy of everything, as of a disk. */
  backup(): MemoryData {
    return copyOf(this.data);
  }

  /** Goes on from a copy. */
  restore(data: MemoryData): void {
    this.data = copyOf(data);
    this.#digests.forgetNames();
  }

  #applyOne(item: Item): "gained" | "moved" | "shrank" | "ended" | "same" | Item {
    const facts = factsOf(item);
    const mine = this.data.records.get(facts.id);
    if (mine !== undefined && mine.item === undefined && !facts.dead) {
      return this.#hold(facts, mine);
    }
    if (mine !== undefined && !beats(facts, mine.facts)) return this.#keep(facts, mine);
    if (!isAbove(weekOf(facts), this.floor)) return this.#supersede(mine);
    // Above some floor it is gone now, though no device has deleted it.
    const moves = mine !== undefined && !facts.dead && weekOf(mine.facts) !== weekOf(facts);
    if (mine?.counted) this.#digests.count(mine.facts, -1, this.data.counter + 1);
    this.#replace(facts, item);
    return moves ? "moved" : "gained";
  }

  #keep(facts: Facts, mine: Held): "same" | Item {
    const isElsewhere = weekOf(mine.facts) !== weekOf(facts) && beats(mine.facts, facts);
    return isElsewhere ? mine.item ?? "same" : "same";
  }

  // Deleted here only: what counts is the best that others have.
  #hold(facts: Facts, mine: Held): "same" | "shrank" {
    if (!isAbove(weekOf(facts), this.floor)) return "same";
    const same = weekOf(mine.facts) === weekOf(facts) && mine.facts.deviceId === facts.deviceId;
    if (mine.counted && (same || !beats(facts, mine.facts))) return "same";
    const isCounted = mine.counted && isAbove(weekOf(mine.facts), this.floor);
    if (isCounted) this.#digests.count(mine.facts, -1, this.data.counter + 1);
    this.#replace(facts, undefined);
    return isCounted ? "shrank" : "same";
  }

  // What is below the floor is not kept, but what it beats has to go.
  #supersede(mine: Held | undefined): "ended" | "same" {
    if (mine === undefined) return "same";
    if (mine.counted) this.#digests.count(mine.facts, -1, this.data.counter + 1);
    this.data.records.delete(mine.facts.id);
    return mine.counted ? "ended" : "same";
  }

  #replace(facts: Facts, item: Item | undefined): void {
    const record = { facts, seq: ++this.data.counter, item, counted: true, before: undefined };
    this.#put(record);
    this.#digests.count(facts, 1, record.seq);
  }

  #put(record: Held): void {
    this.data.records.set(record.facts.id, record);
  }

  #countIfAbove({ facts, seq }: Held): boolean {
    if (!isAbove(weekOf(facts), this.floor)) return false;
    this.#digests.count(facts, 1, seq);
    return true;
  }
}
