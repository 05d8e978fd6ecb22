/** What comes into the history by another door than an exchange: recorded, imported, deleted, pruned. */
import type { Event } from "../../named/effects.ts";
import type { SharedStore } from "./deps.ts";

/** Tells the machine of it. */
export class OtherDoors {
  readonly #store: SharedStore;
  #floor: number;

  /** What is there already is known to the machine. */
  constructor(store: SharedStore) {
    this.#store = store;
    this.#floor = store.floor;
  }

  /** Whether something has come that nobody has accounted for, as far as it is in the file. */
  get isBehind(): boolean {
    try {
      return this.#store.floor !== this.#floor || this.#store.isBehind();
    } catch {
      return true; // what is wrong with the store shows where it is absorbed
    }
  }

  /** Accounts for it, or for a part of it if there is `more`; what the machine has to hear of that. */
  absorb(): { readonly events: readonly Event[]; readonly more: boolean } {
    const { items, shrank, more = false } = this.#store.absorb();
    const { floor } = this.#store;
    const events: Event[] = [];
    if (floor !== this.#floor) events.push({ type: "floor", lowered: floor < this.#floor });
    this.#floor = floor;
    if (items.length > 0 || shrank) events.push({ type: "changed", items, shrank });
    return { events, more };
  }
}
