/** What had been run before each run, and in how far that is what was run just now. */
import { hasFailed, most, type RankContext, type RankedRuns } from "./ranked_runs.ts";

/** Bits: what is the same before a run as it is before the next one. */
export const SAME = {
  /** The command before. */
  previous: 1,
  /** The one before that. */
  second: 2,
  third: 4,
  /** Not the same: the same command had ended well there and failed now, or the other way round. */
  otherOutcome: 8,
} as const;
/** Above all sums of those bits. */
export const ALL_SAME = 16;

/** What the places say, by their number. */
export interface Places {
  /** By how much louder a run there speaks. */
  readonly loudness: Float64Array;
  /** The host there, counted from 1; 0 for one that is not known. */
  readonly hosts: Uint32Array;
}

/** What was run after what. */
export interface Streams {
  /** For each run the one before it in its session, or on its host where sessions are not known; or -1. */
  readonly before: Int32Array;
  /** The runs that the next one follows, latest first; -1 where there is none. */
  readonly last: readonly [number, number, number];
}

/** Tells sessions apart, and hosts where there are none. */
export function streamsOf(runs: RankedRuns, { hosts }: Places, context: RankContext): Streams {
  const { sessions, places } = runs;
  const before = new Int32Array(sessions.length);
  // The latest run of each, counted from 1.
  const ofSession = new Uint32Array(1 + most(sessions));
  const ofHost = new Uint32Array(1 + most(hosts));
  const ownHost = context.ownHost + 1;
  let onOwnHost = 0;
  for (let i = 0; i < sessions.length; i++) {
    const host = hosts[places[i]!]!;
    const session = sessions[i]!;
    // Not a pair of both: in a new process one for each run takes longer than all the rest.
    const latest = session === 0 ? ofHost : ofSession;
    const stream = session === 0 ? host : session;
    before[i] = latest[stream]! - 1;
    latest[stream] = i + 1;
    if (host === ownHost) onOwnHost = i + 1;
  }
  const inSession = context.session > 0 ? ofSession[context.session] ?? 0 : 0;
  const previous = (inSession || onOwnHost) - 1;
  const second = previous < 0 ? -1 : before[previous]!;
  return { before, last: [previous, second, second < 0 ? -1 : before[second]!] };
}

/** The bits of {@linkcode SAME} for each run. */
export function likenessOf(runs: RankedRuns, { before, last }: Streams): Uint8Array {
  const { commands } = runs;
  const [previous, second, third] = last;
  const failedNow = previous >= 0 && hasFailed(runs, previous);
  const all = new Uint8Array(before.length);
  for (let i = 0; i < all.length; i++) {
    const first = before[i]!;
    if (first < 0 || previous < 0) continue;
    let same = 0;
    if (commands[first] === commands[previous]) {
      same |= SAME.previous;
      if (hasFailed(runs, first) !== failedNow) same |= SAME.otherOutcome;
    }
    const other = before[first]!;
    if (other >= 0 && second >= 0) {
      if (commands[other] === commands[second]) same |= SAME.second;
      const further = before[other]!;
      if (further >= 0 && third >= 0 && commands[further] === commands[third]) same |= SAME.third;
    }
    all[i] = same;
  }
  return all;
}
