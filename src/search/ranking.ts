/**
 * Which command is wanted next, going by what is known at the prompt: every earlier run speaks for its
 * command, the louder the more the situation it was run in is like the one now. Alike are what was run
 * before, where, on which host, and how the command before it had ended; what is long ago speaks softly.
 *
 * All weights are fixed; none of them is trained on the person. They are rounded from fits that left out
 * one of five people at a time; which terms there are was chosen with all five in view. They are
 * measured by `deno task bench recall`. One pass over the runs.
 */
import { UNKNOWN_EXIT } from "../history/run_filter.ts";

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

/**
 * By how much louder a run speaks that came after the same command as the next one will, after the same
 * second to last and third to last; and once more if both of the last two are the same.
 */
const SAME_BEFORE = [130, 4.5, 3] as const;
const SAME_PAIR = 1.7;
/** The command before had ended well there and failed now, or the other way round. */
const OTHER_OUTCOME = 0.5;
/** Run in this very folder. */
const SAME_FOLDER = 5;
/** A run on another host: its tools and paths may not be there. */
const OTHER_HOST = 0.5;
/** A run that failed. */
const FAILED = 0.6;
/** A run `n` commands ago speaks with 1 / n to this power. */
const FADING = 0.5;
/** Beyond what the runs say: a command not used for `n` commands loses so many times ln(n). */
const DISUSE = 0.45;
/** What followed the previous command lately is likelier than what followed it long ago, or never. */
const FOLLOWED_AGO = 0.2;
const NEVER_FOLLOWED = 200;
/** Nobody wants the same twice in a row, but where it failed: then it is wanted again, mended. */
const JUST_RUN = -0.85;
const JUST_FAILED = 0.5;

interface Known {
  readonly command: number;
  lastAt: number;
  /** The sum of what its runs say. */
  voice: number;
  /** How many times something had followed the previous command when this did last; 0 for never. */
  followedAt: number;
}

/** The commands, the one wanted most first; of equal ones the newer. */
export function rankCommands(runs: RankedRuns, context: RankContext): number[] {
  const now = runs.commands.length;
  const streams = streamsOf(runs, context);
  const previous = streams.last[0];
  const previousCommand = previous < 0 ? undefined : runs.commands[previous];
  const again = previous >= 0 && hasFailed(runs, previous) ? JUST_FAILED : JUST_RUN;
  const { known, followers } = voicesOf(runs, context, streams);
  const scored = known.map((one) => {
    const ago = one.followedAt === 0 ? NEVER_FOLLOWED : followers - one.followedAt + 1;
    const score = Math.log(one.voice) - DISUSE * Math.log(now - one.lastAt) -
      FOLLOWED_AGO * Math.log(Math.min(ago, NEVER_FOLLOWED)) +
      (one.command === previousCommand ? again : 0);
    return { one, score };
  });
  scored.sort((a, b) => b.score - a.score || b.one.lastAt - a.one.lastAt);
  return scored.map(({ one }) => one.command);
}

function hasFailed({ exitCodes }: RankedRuns, at: number): boolean {
  return exitCodes[at] !== 0 && exitCodes[at] !== UNKNOWN_EXIT;
}

/** What the runs say for each command, and how many of them followed the previous command. */
function voicesOf(
  runs: RankedRuns,
  context: RankContext,
  streams: Streams,
): { readonly known: readonly Known[]; readonly followers: number } {
  const { commands, places } = runs;
  const now = commands.length;
  const previous = streams.last[0];
  const byNumber = new Map<number, Known>();
  let followers = 0;
  for (let i = 0; i < now; i++) {
    const command = commands[i]!;
    let k = byNumber.get(command);
    if (k === undefined) byNumber.set(command, k = { command, lastAt: i, voice: 0, followedAt: 0 });
    const host = context.hostOf(places[i]!);
    k.voice += Math.pow(now - i, -FADING) * likeness(runs, streams, i) *
      (1 + (SAME_FOLDER - 1) * context.nearness(places[i]!)) *
      (host === context.ownHost ? 1 : OTHER_HOST) * (hasFailed(runs, i) ? FAILED : 1);
    k.lastAt = i;
    const p = streams.before[i]!;
    if (p >= 0 && previous >= 0 && commands[p] === commands[previous]) k.followedAt = ++followers;
  }
  return { known: [...byNumber.values()], followers };
}

/** How much what came before run `i` is like what came before now. */
function likeness(runs: RankedRuns, { before, last }: Streams, i: number): number {
  const { commands } = runs;
  let factor = 1;
  let isPrevious = false;
  let there = before[i]!;
  for (let back = 0; back < SAME_BEFORE.length && there >= 0 && last[back]! >= 0; back++) {
    const here = last[back]!;
    if (commands[there] === commands[here]) {
      factor *= SAME_BEFORE[back]!;
      if (back === 0) {
        isPrevious = true;
        if (hasFailed(runs, there) !== hasFailed(runs, here)) factor *= OTHER_OUTCOME;
      }
      if (back === 1 && isPrevious) factor *= SAME_PAIR;
    }
    there = before[there]!;
  }
  return factor;
}

/** What was run after what. */
interface Streams {
  /** For each run the one before it in its session, or on its host where sessions are not known; or -1. */
  readonly before: Int32Array;
  /** The runs that the next one follows, latest first; -1 where there is none. */
  readonly last: readonly [number, number, number];
}

function streamsOf({ sessions, places }: RankedRuns, context: RankContext): Streams {
  const before = new Int32Array(sessions.length).fill(-1);
  const latest = new Map<number, number>();
  let ownHost = -1;
  for (let i = 0; i < sessions.length; i++) {
    const host = context.hostOf(places[i]!);
    const stream = sessions[i] === 0 ? -1 - host : sessions[i]!;
    before[i] = latest.get(stream) ?? -1;
    latest.set(stream, i);
    if (host === context.ownHost) ownHost = i;
  }
  const previous = (context.session > 0 ? latest.get(context.session) : undefined) ?? ownHost;
  const second = previous < 0 ? -1 : before[previous]!;
  return { before, last: [previous, second, second < 0 ? -1 : before[second]!] };
}
