/** What a ranking goes by. */
import { UNKNOWN_EXIT } from "../../history/run_filter.ts";

/** Runs, oldest first; all columns are equally long. */
export interface RankedRuns {
  /** Numbers of commands. */
  readonly commands: ArrayLike<number>;
  /** Numbers of sessions, 0 for none. */
  readonly sessions: ArrayLike<number>;
  readonly places: ArrayLike<number>;
  readonly exitCodes: ArrayLike<number>;
}

/** Where the question is asked. */
export interface RankContext {
  /** Number of this session; -1 if nothing was run in it. */
  readonly session: number;
  /** How near a place is to the current folder: 1 for the same, 0 for elsewhere. */
  nearness(place: number): number;
  /** A number for the host of a place; {@linkcode RankContext.ownHost} is this one. */
  hostOf(place: number): number;
  readonly ownHost: number;
}

/** Whether run `at` failed; one of which nobody knows did not. */
export function hasFailed({ exitCodes }: RankedRuns, at: number): boolean {
  return exitCodes[at] !== 0 && exitCodes[at] !== UNKNOWN_EXIT;
}

// Everything here is columns of numbers: a ranking of thousands of runs is made while a person waits, in a
// process that has just started, where a map or an object for each run would cost more than the sums.

/** The greatest of them; 0 if there is none. */
export function most(numbers: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < numbers.length; i++) if (numbers[i]! > most) most = numbers[i]!;
  return most;
}
