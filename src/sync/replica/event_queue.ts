/** What has happened and is not dealt with yet. */
import type { Event, ExchangeId } from "../../named/effects.ts";
import type { Replica } from "../../named/state.ts";
import type { PackedBatch } from "../ports.ts";

/** Something that happened: an event of the machine, or a batch that is to become one. */
export type Happened =
  | Event
  | { readonly type: "packed"; readonly x: ExchangeId; readonly frame: PackedBatch };

/**
 * The event for the machine; none for a batch of an exchange that is over.
 *
 * @throws what breaks the format of a batch
 */
export function eventOf(happened: Happened, { exchanges }: Replica): Event | undefined {
  if (happened.type !== "packed") return happened;
  const { x, frame } = happened;
  return exchanges.has(x) ? { type: "exchange", x, frame: frame.unpack() } : undefined;
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
