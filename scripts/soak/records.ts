/** What was recorded, and what of it must be everywhere in the end. */
import type { Victim } from "./cast.ts";

/** See the file's description. */
export class Records {
  readonly #ids: string[] = [];
  readonly #forgivable: string[] = [];
  /** Devices whose history is about to be replaced, with how many such troubles are open. */
  readonly #excused = new Map<Victim, number>();

  /** Ids of all commands that rr said it has taken. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  /** Those that may be nowhere: they were only in a history that was replaced by an older copy. */
  get forgivable(): readonly string[] {
    return this.#forgivable;
  }

  /** How many there are. */
  get size(): number {
    return this.#ids.length;
  }

  /** Records by `record`, which may fail on a full disk: then nothing was promised. */
  async take(victim: Victim, record: () => Promise<string>): Promise<void> {
    const before = this.#excused.has(victim);
    const id = await record().catch(() => undefined);
    if (id === undefined || id === "") return;
    this.#ids.push(id);
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
