/**
 * Numbers equal records of a source, and tells which of them the history holds: each entry stands for one
 * record at most, however near others are.
 */
import type { KnownCommands, KnownRun } from "./known_commands.ts";

// Records that are equal and far apart in a file are copies (of a merged file): they may share an id.
const REMEMBERED_SECONDS = 20_000;
/** What runs longer than this is not looked for where one program has noted its start and another its end. */
const LONGEST_RUN_SECONDS = 86_400;
/** How far the end may be from that which start and duration give: both are rounded, and noted at the prompt. */
const EARLIEST_END = -1;
const LATEST_END = 3;

/** A record with a time. */
export interface TimedRecord {
  readonly command: string;
  /** In seconds since the Unix epoch; its end if the source notes only that. */
  readonly unixSeconds: number;
  readonly isEnd: boolean;
  /** `undefined` if that is not known. */
  readonly ranSeconds: number | undefined;
  /** Whether a hook of its program has recorded it. */
  readonly hasFolder: boolean;
}

/** What an import finds out of a record. */
export interface Occurrence {
  /** Its number among its equals, from 0. */
  readonly index: number;
  /** Whether the history holds it. */
  readonly isKnown: boolean;
}

/** Counts the equal records of one import. */
export class Occurrences {
  readonly #known: KnownCommands;
  readonly #undated: ReadonlyMap<string, number>;
  readonly #seen = new Map<string, number>();
  readonly #seenUndated = new Map<string, number>();
  /** Entries that a record was found in. */
  readonly #taken = new Set<number>();

  /** @param undated how many of each command without a time the history holds */
  constructor(known: KnownCommands, undated: ReadonlyMap<string, number>) {
    this.#known = known;
    this.#undated = undated;
  }

  /** Looks at the next record without a time. */
  nextUndated(command: string): Occurrence {
    const index = count(this.#seenUndated, command);
    return { index, isKnown: index < (this.#undated.get(command) ?? 0) };
  }

  /** Looks at the next record with one. */
  next(record: TimedRecord): Occurrence {
    const index = count(this.#seen, `${record.unixSeconds} ${record.command}`);
    if (this.#seen.size > REMEMBERED_SECONDS) this.#seen.clear();
    // An import must not bring back what was deleted.
    if (this.#known.isDeletedSecond(record.unixSeconds)) return { index, isKnown: true };
    const run = this.#sameMoment(record) ??
      (record.isEnd ? this.#startOf(record) : this.#endOf(record));
    if (run === undefined) return { index, isKnown: false };
    if (this.#taken.size > REMEMBERED_SECONDS) this.#taken.clear();
    this.#taken.add(run.seq);
    return { index, isKnown: true };
  }

  // A hook notes the time a moment after the shell does, and one hook a moment after another: that may be the
  // next second.
  #sameMoment(record: TimedRecord): KnownRun | undefined {
    const { unixSeconds, command, hasFolder } = record;
    const same = this.#known.around(unixSeconds).filter((run) =>
      run.command === command && !this.#taken.has(run.seq)
    );
    return same.find((run) => run.startedAt === unixSeconds) ??
      same.find((run) => run.startedAt > unixSeconds && run.hasFolder) ??
      (hasFolder ? same.find((run) => run.startedAt < unixSeconds) : undefined);
  }

  #startOf({ unixSeconds, command }: TimedRecord): KnownRun | undefined {
    return this.#known.before(unixSeconds, LONGEST_RUN_SECONDS, command)
      .find((run) => !this.#taken.has(run.seq) && endsAt(run, unixSeconds));
  }

  #endOf({ unixSeconds, ranSeconds, command }: TimedRecord): KnownRun | undefined {
    const started = { startedAt: unixSeconds, ranSeconds };
    return this.#known.ends().get(command)
      ?.find((run) => !this.#taken.has(run.seq) && endsAt(started, run.startedAt));
  }
}

function endsAt(
  { startedAt, ranSeconds }: Pick<KnownRun, "startedAt" | "ranSeconds">,
  end: number,
): boolean {
  const late = end - startedAt - (ranSeconds ?? 0);
  return late >= EARLIEST_END &&
    late <= (ranSeconds === undefined ? LONGEST_RUN_SECONDS : LATEST_END);
}

function count(counts: Map<string, number>, key: string): number {
  const before = counts.get(key) ?? 0;
  counts.set(key, before + 1);
  return before;
}
