import type { Pinned, Pins } from "../../src/named/frames.ts";
import type { PinBook } from "../../src/sync/replica/deps.ts";

/** Pins in memory, of commands that all have a run here. */
export class MemoryPins implements PinBook {
  readonly #on = new Map<string, Pinned>();
  readonly #off = new Set<string>();

  ids(): { readonly on: readonly string[]; readonly off: readonly string[] } {
    return { on: [...this.#on.keys()], off: [...this.#off] };
  }

  some(ids: ReadonlySet<string>): readonly Pinned[] {
    return [...this.#on.values()].filter(({ id }) => ids.has(id));
  }

  take({ on, off }: Omit<Pins, "type">): void {
    for (const id of off) {
      this.#off.add(id);
      this.#on.delete(id);
    }
    for (const pin of on) if (!this.#off.has(pin.id)) this.#on.set(pin.id, pin);
  }
}
