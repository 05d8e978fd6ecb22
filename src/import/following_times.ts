/**
 * Times for what is new in a source without times of which a part is known: what an import that was stopped
 * has left out, or what the shell has written since. It follows what stands before it there, and would else
 * be taken for older than everything.
 */
import type { EntryId } from "../history/entry.ts";

/** Far enough apart to keep their order where times are whole seconds. */
const STEP_MS = 1000;
/** So many are asked about: some were not imported but recorded, others stood elsewhere before a file was trimmed. */
const MOST_ASKED = 20;

/** Gives times to one source, in its order. */
export class FollowingTimes {
  readonly #timeOf: (id: EntryId) => number | undefined;
  readonly #latestMs: () => number;
  /** What is known and stands before the next one, the nearest last. */
  #before: (() => EntryId)[] = [];
  #lastMs: number | undefined;

  /**
   * @param timeOf when the entry was started that was imported under this id
   * @param latestMs what no time is to be later than, unless an earlier one is
   */
  constructor(timeOf: (id: EntryId) => number | undefined, latestMs: () => number) {
    this.#timeOf = timeOf;
    this.#latestMs = latestMs;
  }

  /** Says that the next record is known; `id` is the one that an import gives it. */
  known(id: () => EntryId): void {
    this.#before.push(id);
    if (this.#before.length > MOST_ASKED) this.#before.shift();
  }

  /** The time of the next record, which is new; `madeUpMs` if nothing that stands before it has one. */
  next(madeUpMs: number): number {
    for (const id of this.#before) {
      const ms = this.#timeOf(id());
      if (ms !== undefined) this.#lastMs = Math.max(ms, this.#lastMs ?? ms);
    }
    this.#before = []; // asked once
    if (this.#lastMs === undefined) return madeUpMs;
    this.#lastMs = Math.max(this.#lastMs, Math.min(this.#lastMs + STEP_MS, this.#latestMs()));
    return this.#lastMs;
  }
}
