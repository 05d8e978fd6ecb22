/** Counts what an import does. */
import type { SkipReason } from "../capture/rules.ts";
import type { BrokenRecord } from "../shell/broken_record.ts";
import type { AppendResult } from "../swarm/log.ts";

/** What an import did. `received` is `inserted` + `ignored` + `skipped`. */
export interface ImportReport {
  /** Records that could be read. */
  readonly received: number;
  readonly inserted: number;
  /** Known before. */
  readonly ignored: number;
  /** Not recorded by rule. */
  readonly skipped: number;
  readonly skippedFor: Readonly<Partial<Record<SkipReason, number>>>;
  /** Records that could not be read. */
  readonly broken: number;
  /** The first few of them. */
  readonly problems: readonly BrokenRecord[];
}

const MOST_PROBLEMS = 10;

/** Counts one import, record by record. */
export class ImportTally {
  #inserted = 0;
  #ignored = 0;
  #skipped = 0;
  #broken = 0;
  readonly #problems: BrokenRecord[] = [];
  readonly #skippedFor: Partial<Record<SkipReason, number>> = {};

  /** Counts what an append did. */
  add(result: AppendResult): void {
    this.#inserted += result.inserted;
    this.#ignored += result.ignored;
  }

  /** Counts a record that the history holds. */
  known(): undefined {
    this.#ignored++;
  }

  /** Counts a record that is left out by rule. */
  skipped(reason: SkipReason): undefined {
    this.#skipped++;
    this.#skippedFor[reason] = (this.#skippedFor[reason] ?? 0) + 1;
  }

  /** Counts a record that cannot be read. */
  broken(record: BrokenRecord): undefined {
    this.#broken++;
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push(record);
  }

  /** The counts so far. */
  report(): ImportReport {
    return {
      received: this.#inserted + this.#ignored + this.#skipped,
      inserted: this.#inserted,
      ignored: this.#ignored,
      skipped: this.#skipped,
      skippedFor: this.#skippedFor,
      broken: this.#broken,
      problems: this.#problems,
    };
  }
}
