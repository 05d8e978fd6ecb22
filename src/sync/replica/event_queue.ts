/** What has happened and is not dealt with yet. */
import type { Event } from "../../named/effects.ts";

/** Events that wait before more is left unread: the store is busy or slow. */
const MOST_EVENTS = 64;
/** Items of waiting events, for the same: 64 batches of 2,000 would be 90 MB. */
const MOST_ITEMS = 4_000;

/** Events in order. */
export class EventQueue {
  readonly #events: Event[] = [];
  #items = 0;

  /** The next one. */
  get first(): Event | undefined {
    return this.#events[0];
  }

  /** Whether so much waits that more is better left where it is. */
  get isFull(): boolean {
    return this.#events.length > MOST_EVENTS || this.#items > MOST_ITEMS;
  }

  /** Adds one at the end. */
  push(event: Event): void {
    this.#events.push(event);
    this.#items += itemsOf(event);
  }

  /** Takes the first one out. */
  shift(): void {
    const event = this.#events.shift();
    if (event !== undefined) this.#items -= itemsOf(event);
  }
}

function itemsOf(event: Event): number {
  return event.type === "exchange" && event.frame.type === "batch" ? event.frame.items.length : 0;
}
