/** Facts that cross between threads: by columns, and unpacked only where somebody looks at them. */
import { type Facts, type FactsList, factsOf, type Item } from "../../named/item.ts";

/** The facts of some items, by columns. */
export interface FactColumns {
  /** In lines: an id has no control characters. */
  readonly ids: string;
  /** Every device that occurs, and for each item which one it is. */
  readonly devices: readonly string[];
  readonly from: readonly number[];
  readonly ts: readonly number[];
  /** Which of them are tombstones. */
  readonly dead: readonly number[];
}

/** Facts of a batch. As JSON they are their columns. */
export class PackedFacts implements FactsList {
  readonly #columns: FactColumns;

  /** From what came over. */
  constructor(columns: FactColumns) {
    this.#columns = columns;
  }

  /** Packs those of some items. */
  static of(items: readonly Item[]): PackedFacts {
    const facts = items.map(factsOf);
    const devices = [...new Set(facts.map(({ deviceId }) => deviceId))];
    return new PackedFacts({
      ids: facts.map(({ id }) => id).join("\n"),
      devices,
      from: facts.map(({ deviceId }) => devices.indexOf(deviceId)),
      ts: facts.map(({ ts }) => ts),
      dead: facts.flatMap(({ dead }, i) => dead ? [i] : []),
    });
  }

  get length(): number {
    return this.#columns.ts.length;
  }

  /** See {@linkcode FactColumns}. */
  toJSON(): FactColumns {
    return this.#columns;
  }

  *[Symbol.iterator](): Generator<Facts, void, undefined> {
    const { devices, from, ts, dead } = this.#columns;
    const ids = this.#columns.ids.split("\n");
    const isDead = new Set(dead);
    for (let i = 0; i < this.length; i++) {
      yield { id: ids[i]!, deviceId: devices[from[i]!]!, ts: ts[i]!, dead: isDead.has(i) };
    }
  }
}
