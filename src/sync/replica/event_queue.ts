/** What has happened and is not dealt with yet. */
import type { Event, ExchangeId } from "../../named/effects.ts";
import type { Replica } from "../../named/state.ts";
import type { PackedBatch } from "../ports.ts";

/** A batch as it came. */
type Packed = { readonly type: "packed"; readonly x: ExchangeId; readonly frame: PackedBatch };

/** Something that happened: an event of the machine, or a batch that is to become some. */
export type Happened = Event | Packed;

/** Items that are taken in at once: some 10 ms, for which everything else stands still. */
const PART_ITEMS = 250;

/**
 * The events for the machine, each a batch of a few items; none for a batch of an exchange that is over.
 *
 * @throws what breaks the format of a batch
 */
export function partsOf({ x, frame }: Packed, { exchanges }: Replica): Event[] {
  const parts: Event[] = [];
  if (!exchanges.has(x)) return parts;
  let { items } = frame.unpack();
  do {
    const part = items.slice(0, PART_ITEMS);
    parts.push({ type: "exchange", x, frame: { type: "batch", items: part } });
    items = items.slice(PART_ITEMS);
  } while (items.length > 0);
  return parts;
}

/** Events that wait before more is left unread: the store is busy or slow. */
const MOST_EVENTS = 64;
/** Bytes of batches that wait, for the same: unpacked, one at a time, they are ten times as many. */
const MOST_BYTES = 256 * 1024;

/** Events in order. */
export class EventQueue {
  readonly #first: Event[] = [];
  readonly #events: Happened[] = [];
  #bytes = 0;

  /** The next one. */
  get first(): Happened | undefined {
    return this.#first[0] ?? this.#events[0];
  }

  /** Whether so much waits that more is better left where it is. */
  get isFull(): boolean {
    return this.#events.length > MOST_EVENTS || this.#bytes > MOST_BYTES;
  }

  /** Adds one at the end. */
  push(event: Happened): void {
    this.#events.push(event);
    this.#bytes += bytesOf(event);
  }

  /** Adds one that happened before all others that wait, but after those added by this. */
  pushBefore(event: Event): void {
    this.#first.push(event);
  }

  /** Puts these in the place of the first one. */
  replaceFirst(events: readonly Event[]): void {
    this.shift();
    this.#first.unshift(...events);
  }

  /** Takes the first one out. */
  shift(): void {
    if (this.#first.shift() !== undefined) return;
    const event = this.#events.shift();
    if (event !== undefined) this.#bytes -= bytesOf(event);
  }
}

function bytesOf(event: Happened): number {
  return event.type === "packed" ? event.frame.bytes.length : 0;
}
