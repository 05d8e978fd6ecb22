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
/** Beyond what the runs say: a command not used for `n` commands loses so many times ln(n). */
const DISUSE = 0.45;
/** What followed the previous command lately is likelier than what followed it long ago, or never. */
const FOLLOWED_AGO = 0.2;
const NEVER_FOLLOWED = 200;
/** Nobody wants the same twice in a row, but where it failed: then it is wanted again, mended. */
const JUST_RUN = -0.85;
const JUST_FAILED = 0.5;

/** The commands, the one wanted most first; of equal ones the newer. */
export function rankCommands(runs: RankedRuns, context: RankContext): number[] {
  const places = placesOf(runs, context);
  const streams = streamsOf(runs, places, context);
  return inOrder(runs, streams, voicesOf(runs, places, streams));
}

function hasFailed({ exitCodes }: RankedRuns, at: number): boolean {
  return exitCodes[at] !== 0 && exitCodes[at] !== UNKNOWN_EXIT;
}

// Everything below is columns of numbers: a ranking of thousands of runs is made while a person waits, in a
// process that has just started, where a map or an object for each run would cost more than the sums.

/** What the places say, by their number. */
interface Places {
  /** By how much louder a run there speaks. */
  readonly loudness: Float64Array;
  /** The host there, counted from 1; 0 for one that is not known. */
  readonly hosts: Uint32Array;
}

function placesOf({ places }: RankedRuns, context: RankContext): Places {
  const count = 1 + most(places);
  const loudness = new Float64Array(count);
  const hosts = new Uint32Array(count);
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!;
    if (loudness[place] !== 0) continue;
    const host = context.hostOf(place);
    hosts[place] = host + 1;
    loudness[place] = (1 + (SAME_FOLDER - 1) * context.nearness(place)) *
      (host === context.ownHost ? 1 : OTHER_HOST);
  }
  return { loudness, hosts };
}

/** What the runs say; commands are counted in the order of their first run. */
interface Voices {
  readonly count: number;
  /** The sum of what the runs of a command say. */
  readonly voices: Float64Array;
  readonly lastAt: Uint32Array;
  /** How many times something had followed the previous command when this did last; 0 for never. */
  readonly followedAt: Uint32Array;
  /** How many runs followed the previous command. */
  readonly followers: number;
}

function voicesOf(runs: RankedRuns, { loudness }: Places, streams: Streams): Voices {
  const { commands, places } = runs;
  const now = commands.length;
  const previous = streams.last[0] < 0 ? -1 : commands[streams.last[0]]!;
  const slots = new Uint32Array(1 + most(commands)); // counted from 1
  const voices = new Float64Array(now);
  const lastAt = new Uint32Array(now);
  const followedAt = new Uint32Array(now);
  let count = 0;
  let followers = 0;
  for (let i = 0; i < now; i++) {
    const command = commands[i]!;
    const slot = (slots[command] ||= ++count) - 1;
    voices[slot]! += likeness(runs, streams, i) * loudness[places[i]!]! *
      (hasFailed(runs, i) ? FAILED : 1) / Math.sqrt(now - i);
    lastAt[slot] = i;
    const before = streams.before[i]!;
    if (before >= 0 && commands[before] === previous) followedAt[slot] = ++followers;
  }
  return { count, voices, lastAt, followedAt, followers };
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

/** Scores lie within this, either way. */
const SCORES = 128;

// Plain numbers are sorted ten times as fast as by a function: the score in front, the last run, which
// each command has to itself, behind it. Scores are told apart to the ninth place.
function inOrder(runs: RankedRuns, streams: Streams, spoken: Voices): number[] {
  const { commands } = runs;
  const { count, voices, lastAt, followedAt, followers } = spoken;
  const now = commands.length;
  const previous = streams.last[0];
  const previousCommand = previous < 0 ? -1 : commands[previous];
  const again = previous >= 0 && hasFailed(runs, previous) ? JUST_FAILED : JUST_RUN;
  const steps = Math.floor(Number.MAX_SAFE_INTEGER / (2 * SCORES) / now);
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const last = lastAt[i]!;
    const ago = followedAt[i] === 0 ? NEVER_FOLLOWED : followers - followedAt[i]! + 1;
    const score = Math.log(voices[i]!) - DISUSE * Math.log(now - last) -
      FOLLOWED_AGO * Math.log(Math.min(ago, NEVER_FOLLOWED)) +
      (commands[last] === previousCommand ? again : 0);
    keys[i] = Math.floor((score + SCORES) * steps) * now + last;
  }
  keys.sort();
  const order = new Array<number>(count);
  for (let i = 0; i < count; i++) order[count - 1 - i] = commands[keys[i]! % now]!;
  return order;
}

/** What was run after what. */
interface Streams {
  /** For each run the one before it in its session, or on its host where sessions are not known; or -1. */
  readonly before: Int32Array;
  /** The runs that the next one follows, latest first; -1 where there is none. */
  readonly last: readonly [number, number, number];
}

function streamsOf(runs: RankedRuns, { hosts }: Places, context: RankContext): Streams {
  const { sessions, places } = runs;
  const before = new Int32Array(sessions.length);
  // The latest run of each, counted from 1.
  const ofSession = new Uint32Array(1 + most(sessions));
  const ofHost = new Uint32Array(1 + most(hosts));
  let onOwnHost = 0;
  for (let i = 0; i < sessions.length; i++) {
    const host = hosts[places[i]!]!;
    const session = sessions[i]!;
    const [latest, stream] = session === 0
      ? [ofHost, host] as const
      : [ofSession, session] as const;
    before[i] = latest[stream]! - 1;
    latest[stream] = i + 1;
    if (host === context.ownHost + 1) onOwnHost = i + 1;
  }
  const inSession = context.session > 0 ? ofSession[context.session] ?? 0 : 0;
  const previous = (inSession || onOwnHost) - 1;
  const second = previous < 0 ? -1 : before[previous]!;
  return { before, last: [previous, second, second < 0 ? -1 : before[second]!] };
}

function most(numbers: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < numbers.length; i++) if (numbers[i]! > most) most = numbers[i]!;
  return most;
}
