/** Numbers equal records of a source, and tells which of them the history holds. */
import type { KnownCommands } from "./known_commands.ts";

// Records that are equal and far apart in a file are copies (of a merged file): they may share an id.
const REMEMBERED_SECONDS = 20_000;

/** Counts the equal records of one import. */
export class Occurrences {
  readonly #known: KnownCommands;
  readonly #undated: ReadonlyMap<string, number>;
  readonly #seen = new Map<string, number>();
  readonly #seenUndated = new Map<string, number>();

  /** @param undated how many of each command without a time the history holds */
  constructor(known: KnownCommands, undated: ReadonlyMap<string, number>) {
    this.#known = known;
    this.#undated = undated;
  }

  /** The number of this record among its equals, from 0, and whether the history holds it. */
  next(unixSeconds: number, command: string): { index: number; isKnown: boolean } {
    if (unixSeconds === 0) {
      const index = count(this.#seenUndated, command);
      return { index, isKnown: index < (this.#undated.get(command) ?? 0) };
    }
    const index = count(this.#seen, `${unixSeconds} ${command}`);
    if (this.#seen.size > REMEMBERED_SECONDS) this.#seen.clear();
    return { index, isKnown: index < this.#known.countAt(unixSeconds, command) };
  }
}

function count(counts: Map<string, number>, key: string): number {
  const before = counts.get(key) ?? 0;
  counts.set(key, before + 1);
  return before;
}
