/**
 * Which command is wanted next, going by what is known at the prompt: every earlier run speaks for its
 * command, the louder the more the situation it was run in is like the one now. Alike are what was run
 * before, where, on which host, and how the command before it had ended; what is long ago speaks softly.
 * To that comes what {@linkcode expectations} say, which weigh what followed
 * the same commands by how much of it there is, and see past a command that came in between.
 *
 * All weights are fixed; none of them is trained on the person. They are rounded from fits that left out
 * one of five people at a time; which terms there are was chosen with all five in view. They are
 * measured by `deno task bench recall`.
 */
import { type Expectations, expectations } from "./expectation.ts";
import { ALL_SAME, likenessOf, type Places, SAME, type Streams, streamsOf } from "./likeness.ts";
import { hasFailed, most, type RankContext, type RankedRuns } from "./ranked_runs.ts";

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
const JUST_RUN = -0.9;
const JUST_FAILED = 1.15;
/** What the expectations weigh, beside 1 for what the runs say. */
const EXPECTED = { pair: 0.6, around: 0.35, earlier: 0.35 } as const;

/** The commands, the one wanted most first; of equal ones the newer. */
export function rankCommands(runs: RankedRuns, context: RankContext): number[] {
  const places = placesOf(runs, context);
  const streams = streamsOf(runs, places, context);
  const likeness = likenessOf(runs, streams);
  const spoken = voicesOf(runs, places, likeness);
  return inOrder(runs, streams, spoken, expectations(spoken, likeness));
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

/** What the runs say; commands have slots in the order of their first run. */
interface Voices {
  readonly count: number;
  readonly slots: Uint32Array;
  readonly lastAt: Uint32Array;
  readonly loudness: Float64Array;
  /** The sum of what the runs of a command say. */
  readonly voices: Float64Array;
  /** How many times something had followed the previous command when this did last; 0 for never. */
  readonly followedAt: Uint32Array;
  /** How many runs followed the previous command. */
  readonly followers: number;
}

function voicesOf(runs: RankedRuns, places: Places, likeness: Uint8Array): Voices {
  const { commands } = runs;
  const now = commands.length;
  const known = new Uint32Array(1 + most(commands)); // counted from 1
  const slots = new Uint32Array(now);
  const lastAt = new Uint32Array(now);
  const loudness = new Float64Array(now);
  const voices = new Float64Array(now);
  const followedAt = new Uint32Array(now);
  let count = 0;
  let followers = 0;
  for (let i = 0; i < now; i++) {
    const slot = (known[commands[i]!] ||= ++count) - 1;
    const loud = places.loudness[runs.places[i]!]! * (hasFailed(runs, i) ? FAILED : 1);
    voices[slot]! += LOUDER[likeness[i]!]! * loud / Math.sqrt(now - i);
    slots[i] = slot;
    lastAt[slot] = i;
    loudness[i] = loud;
    if ((likeness[i]! & SAME.previous) !== 0) followedAt[slot] = ++followers;
  }
  return { count, slots, lastAt, loudness, voices, followedAt, followers };
}

/** By how much louder a run speaks, by its likeness. */
const LOUDER = Float64Array.from({ length: ALL_SAME }, (_, same) => {
  const has = (bit: number): boolean => (same & bit) !== 0;
  return (has(SAME.previous) ? SAME_BEFORE[0] : 1) * (has(SAME.second) ? SAME_BEFORE[1] : 1) *
    (has(SAME.third) ? SAME_BEFORE[2] : 1) * (has(SAME.otherOutcome) ? OTHER_OUTCOME : 1) *
    (has(SAME.previous) && has(SAME.second) ? SAME_PAIR : 1);
});

/** Scores lie within this, either way. */
const SCORES = 128;

// Plain numbers are sorted ten times as fast as by a function: the score in front, the last run, which
// each command has to itself, behind it. Scores are told apart to the ninth place.
function inOrder(
  runs: RankedRuns,
  streams: Streams,
  spoken: Voices,
  { pair, around, earlier }: Expectations,
): number[] {
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
      (commands[last] === previousCommand ? again : 0) +
      EXPECTED.pair * Math.log(pair[i]!) + EXPECTED.around * Math.log(around[i]!) +
      EXPECTED.earlier * Math.log(earlier[i]!);
    keys[i] = Math.floor((score + SCORES) * steps) * now + last;
  }
  keys.sort();
  const order = new Array<number>(count);
  for (let i = 0; i < count; i++) order[count - 1 - i] = commands[keys[i]! % now]!;
  return order;
}
