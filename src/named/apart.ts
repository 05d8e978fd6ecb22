/**
 * Where this device and a peer cannot become alike: an entry that was deleted on this device only counts
 * as there, since others may have it, but has no body to send. What a peer has in its place is noted for
 * that peer, and left out of the comparison with it alone. Letting go of the entry for everybody would
 * not come to rest: the next device that has it brings it back.
 */
import { type Digest, EMPTY_DIGEST, hashOf, union, withItem } from "./digest.ts";
import { type Facts, isAbove, type Week, weekOf } from "./item.ts";

/** One id, of which this device has no body. */
export interface Difference {
  /** What counts here. */
  readonly mine: Facts;
  /** What the peer has in its place; `undefined` for nothing. */
  readonly theirs: Facts | undefined;
}

/** A difference without what lies below the floor, as nobody compares that. */
type Compared = { readonly [Side in keyof Difference]: Facts | undefined };

/**
 * The differences with one peer above one floor: whoever changes the floor forgets them. They are as
 * many as the entries deleted on this device only, at most.
 */
export class Apart {
  readonly #known = new Map<string, Compared>();
  /** What is to be added to the own digest. */
  #change: Digest = EMPTY_DIGEST;

  /** How many there are. */
  get size(): number {
    return this.#known.size;
  }

  /** Notes what the peer has, which may be just the same. */
  note(difference: Difference, floor: Week): void {
    const { mine, theirs } = difference;
    this.forget(mine.id);
    if (theirs !== undefined && isSame(mine, theirs)) return;
    const known = { mine: above(mine, floor), theirs: theirs && above(theirs, floor) };
    if (known.mine === undefined && known.theirs === undefined) return;
    this.#known.set(mine.id, known);
    this.#add(known, 1);
  }

  /**
   * Notes that the peer asked for this item in vain. If it has sent what it has in its place, that stays:
   * it asks for the better of two bodies although it has the other one.
   */
  noteAsked(mine: Facts, floor: Week): void {
    if (!this.#known.has(mine.id)) this.note({ mine, theirs: undefined }, floor);
  }

  /** Takes over all that `other` knows. */
  takeOver(other: Apart): void {
    for (const [id, known] of other.#known) {
      this.forget(id);
      this.#known.set(id, known);
      this.#add(known, 1);
    }
  }

  /** Forgets an id, as something else counts for it now. */
  forget(id: string): void {
    const known = this.#known.get(id);
    if (known === undefined) return;
    this.#known.delete(id);
    this.#add(known, -1);
  }

  /** Forgets all. */
  clear(): void {
    this.#known.clear();
    this.#change = EMPTY_DIGEST;
  }

  /** The digest that the peer has, once neither of the two lacks what the other can send. */
  seenBy(own: Digest): Digest {
    return union(own, this.#change);
  }

  #add({ mine, theirs }: Compared, sign: 1 | -1): void {
    if (mine !== undefined) {
      this.#change = withItem(this.#change, hashOf(mine), sign === 1 ? -1 : 1);
    }
    if (theirs !== undefined) this.#change = withItem(this.#change, hashOf(theirs), sign);
  }
}

function above(facts: Facts, floor: Week): Facts | undefined {
  return isAbove(weekOf(facts), floor) ? facts : undefined;
}

function isSame(one: Facts, other: Facts): boolean {
  return one.deviceId === other.deviceId && weekOf(one) === weekOf(other);
}
