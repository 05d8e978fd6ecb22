/** What was recorded, and what of it must be everywhere in the end. */
import type { Victim } from "./cast.ts";

/** See the file's description. */
export class Records {
  readonly #ids: string[] = [];
  readonly #texts = new Map<string, string>();
  readonly #deleted = new Map<string, string>();
  readonly #unsure = new Set<string>();
  readonly #forgivable: string[] = [];
  /** Devices whose history is about to be replaced, with how many such troubles are open. */
  readonly #excused = new Map<Victim, number>();

  /** Ids of all commands that rr said it has taken, and that nobody has deleted. */
  get ids(): readonly string[] {
    return this.#ids.filter((id) => !this.#deleted.has(id) && !this.#unsure.has(id));
  }

  /** Texts of the commands that were deleted, by id; none of it may be anywhere in the end. */
  get deleted(): ReadonlyMap<string, string> {
    return this.#deleted;
  }

  /** Those that may be nowhere: they were only in a history that was replaced by an older copy. */
  get forgivable(): readonly string[] {
    return this.#forgivable;
  }

  /** How many there were. */
  get size(): number {
    return this.#ids.length;
  }

  /** Deletes one by `remove`, which tells whether the device had it and has deleted it. */
  async remove(
    victim: Victim,
    id: string,
    remove: () => Promise<boolean>,
  ): Promise<void> {
    const before = this.#excused.has(victim);
    if (!await remove().catch(() => false)) return void this.#unsure.add(id);
    if (before || this.#excused.has(victim)) this.#unsure.add(id);
    else this.#deleted.set(id, this.#texts.get(id)!);
  }

  /** Records by `record`, which may fail on a full disk: then nothing was promised. */
  async take(
    victim: Victim,
    text: string,
    record: (text: string) => Promise<string>,
  ): Promise<void> {
    const before = this.#excused.has(victim);
    const id = await record(text).catch(() => undefined);
    if (id === undefined || id === "") return;
    this.#ids.push(id);
    this.#texts.set(id, text);
    if (before || this.#excused.has(victim)) this.#forgivable.push(id);
  }

  /** What the device records may be lost until the result is called. */
  excuse(victim: Victim): () => void {
    this.#excused.set(victim, (this.#excused.get(victim) ?? 0) + 1);
    return () => {
      const left = this.#excused.get(victim)! - 1;
      if (left === 0) this.#excused.delete(victim);
      else this.#excused.set(victim, left);
    };
  }
}
