import type { Pinned, Pins } from "../../src/named/frames.ts";
import type { PinBook } from "../../src/sync/replica/deps.ts";

/** Pins in memory. */
export class MemoryPins implements PinBook {
  /** Commands that have no run here. */
  readonly missing = new Set<string>();
  readonly #on = new Map<string, Pinned>();
  readonly #off = new Set<string>();

  ids(): { readonly on: readonly string[]; readonly off: readonly string[] } {
    return { on: [...this.#on.keys()], off: [...this.#off] };
  }

  some(ids: ReadonlySet<string>): readonly Pinned[] {
    return [...this.#on.values()].filter(({ id }) => ids.has(id));
  }

  take({ on, off }: Omit<Pins, "type">): readonly Pinned[] {
    for (const id of off) {
      this.#off.add(id);
      this.#on.delete(id);
    }
    const isHere = (pin: Pinned): boolean => !this.missing.has(pin.command);
    for (const pin of on) if (!this.#off.has(pin.id) && isHere(pin)) this.#on.set(pin.id, pin);
    return on.filter((pin) => !this.#off.has(pin.id) && !isHere(pin));
  }
}
