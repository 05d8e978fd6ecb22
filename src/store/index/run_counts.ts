/** What is counted of runs in one look at their columns. */
import type { Columns } from "./columns.ts";
import { hourReader } from "./hour_of.ts";
import type { RunTest } from "./run_filter.ts";
import { type Count, Tally } from "./tally.ts";

const HOURS = 24;

/** Times of one hour of the day and one period; both together have a number. */
interface Span {
  readonly slot: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

const NO_SPAN: Span = { slot: 0, fromMs: Infinity, untilMs: -Infinity };

/** Counts by command, by place, by the hour of the day and by period, such as the days of a year. */
export class RunCounts {
  readonly commands = new Tally();
  readonly places = new Tally();
  /** The first and the last time that counted. */
  oldestMs = Infinity;
  newestMs = -Infinity;
  /** One number for each hour of each period, of what lies before the first border, and behind the last. */
  readonly #times = new Tally();
  readonly #slots: number;
  readonly #isUnknown: RunTest;
  readonly #borders: readonly number[];
  readonly #hourOf = hourReader();

  /**
   * @param isUnknown whether nobody knows how the run at a position ended
   * @param borders of the periods, ascending milliseconds
   */
  constructor(isUnknown: RunTest, borders: readonly number[]) {
    this.#isUnknown = isUnknown;
    this.#borders = borders;
    this.#slots = HOURS * (borders.length + 1);
    this.#times.growTo(this.#slots);
  }

  // One loop for all: in a process that has just started, each one would have to be compiled first.
  /** Counts those of the runs that are wanted. */
  add(columns: Columns, wants: RunTest | undefined): void {
    const [ofCommand, ofPlace, ofTime] = [this.commands, this.places, this.#times];
    const isUnknown = this.#isUnknown;
    const { commands, places, startedAtMs, exitCodes } = columns;
    let { oldestMs, newestMs } = this;
    let span = NO_SPAN;
    for (let i = 0; i < commands.length; i++) {
      if (wants !== undefined && !wants(columns, i)) continue;
      const ms = startedAtMs[i]!;
      if (ms < oldestMs) oldestMs = ms;
      if (ms > newestMs) newestMs = ms;
      // The runs of a log mostly follow one another.
      if (!(ms >= span.fromMs && ms < span.untilMs)) span = this.#spanOf(ms);
      const command = commands[i]!;
      const place = places[i]!;
      if (command >= ofCommand.runs.length) ofCommand.growTo(command);
      if (place >= ofPlace.runs.length) ofPlace.growTo(place);
      ofCommand.runs[command]!++;
      ofPlace.runs[place]!++;
      ofTime.runs[span.slot]!++;
      if (isUnknown(columns, i)) this.#addTo("unknown", columns, i, span);
      else if (exitCodes[i] !== 0) this.#addTo("failed", columns, i, span);
    }
    this.oldestMs = oldestMs;
    this.newestMs = newestMs;
  }

  /** All that was counted. */
  all(): Count {
    return this.#times.sum(0, this.#slots);
  }

  /** The 24 hours of the day. */
  hours(): Count[] {
    return Array.from({ length: HOURS }, (_, hour) => this.#times.sum(hour, this.#slots, HOURS));
  }

  /** One fewer than borders: from each border up to the next. */
  periods(): (Count & { readonly fromMs: number })[] {
    return this.#borders.slice(0, -1).map((fromMs, i) => {
      const first = HOURS * (i + 1);
      return { fromMs, ...this.#times.sum(first, first + HOURS) };
    });
  }

  #addTo(ending: "failed" | "unknown", columns: Columns, i: number, { slot }: Span): void {
    this.commands[ending][columns.commands[i]!]!++;
    this.places[ending][columns.places[i]!]!++;
    this.#times[ending][slot]!++;
  }

  #spanOf(ms: number): Span {
    const { hour, fromMs, untilMs } = this.#hourOf(ms);
    const period = bordersUpTo(this.#borders, ms);
    return {
      slot: HOURS * period + hour,
      fromMs: Math.max(fromMs, this.#borders[period - 1] ?? -Infinity),
      untilMs: Math.min(untilMs, this.#borders[period] ?? Infinity),
    };
  }
}

/** How many borders are not after a time. */
function bordersUpTo(borders: readonly number[], ms: number): number {
  let low = 0;
  let high = borders.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (borders[middle]! <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
