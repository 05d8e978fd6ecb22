/**
 * How likely each command is next, going by what followed something alike: the latest time counts most,
 * and what was seen a few times only leaves room for what a coarser look says (escapes as in prediction
 * by partial matching, method C: the more kinds were seen, the more likely is another one).
 */
import { SAME } from "./likeness.ts";

/** Each time counts so much of the next later one: the last fifty or so make up the whole. */
const FADE = 0.96;
/** Times that count less are not looked at. */
const LEAST = 0.01;
/** For each kind that was seen, so much of one time is left for the coarser look. */
const ROOM = 0.7;
/** Without any likeness: used often of late, with this half-life in runs; or just now; or ever. */
const HALF_LIFE = 300;
const JUST_NOW = 0.3;
/** As if it were so many runs longer ago: the last command of all is not wanted so much more than others. */
const NOT_SO_NEW = 4;
const EVER = 1e-4;

/** Runs by the slots of their commands. */
export interface SlottedRuns {
  /** How many commands there are. */
  readonly count: number;
  /** For each run, from 0. */
  readonly slots: Uint32Array;
  /** The last run of each slot. */
  readonly lastAt: Uint32Array;
  /** How loudly each run speaks for itself, whatever came before it. */
  readonly loudness: Float64Array;
}

/** Probabilities by slot, by three ways of looking at what came before. */
export interface Expectations {
  /** After the same two commands. */
  readonly pair: Float64Array;
  /** After the same command and the same third to last, whatever was between. */
  readonly around: Float64Array;
  /** Two after the same second to last and third to last, whatever came last. */
  readonly earlier: Float64Array;
}

/** What each command may expect, by its slot; `likeness` of each run in bits of {@linkcode SAME}. */
export function expectations(runs: SlottedRuns, likeness: Uint8Array): Expectations {
  const anywhere = frequencies(runs);
  const alike = latestAlike(likeness);
  const after = (wanted: number, coarser: Float64Array): Float64Array => {
    return expected(runs, alike.filter((i) => (likeness[i]! & wanted) === wanted), coarser);
  };
  const { previous, second, third } = SAME;
  const single = after(previous, anywhere);
  return {
    pair: after(previous | second, single),
    around: after(previous | third, single),
    earlier: after(second | third, after(second, anywhere)),
  };
}

function frequencies({ count, slots, lastAt, loudness }: SlottedRuns): Float64Array {
  const shares = new Float64Array(count);
  const now = slots.length;
  const fade = Math.pow(0.5, 1 / HALF_LIFE);
  let weight = 1 - fade;
  for (let i = now - 1; i >= 0; i--) {
    shares[slots[i]!]! += weight * loudness[i]!;
    weight *= fade;
  }
  let sum = 0;
  for (let slot = 0; slot < count; slot++) {
    const last = lastAt[slot]!;
    sum += shares[slot]! += loudness[last]! * JUST_NOW / (NOT_SO_NEW + now - last) + EVER;
  }
  for (let slot = 0; slot < count; slot++) shares[slot]! /= sum;
  return shares;
}

// Few runs are like the one that comes next: the loops over those cost little.
function latestAlike(likeness: Uint8Array): number[] {
  const alike: number[] = [];
  for (let i = likeness.length - 1; i >= 0; i--) if (likeness[i] !== 0) alike.push(i);
  return alike;
}

/** `alike` are numbers of runs, latest first. */
function expected(
  { count, slots, loudness }: SlottedRuns,
  alike: readonly number[],
  coarser: Float64Array,
): Float64Array {
  if (alike.length === 0) return coarser;
  const shares = new Float64Array(count);
  let weight = 1;
  let sum = 0;
  let kinds = 0;
  for (let at = 0; at < alike.length && weight > LEAST; at++, weight *= FADE) {
    const slot = slots[alike[at]!]!;
    const said = weight * loudness[alike[at]!]!;
    if (shares[slot] === 0) kinds++;
    shares[slot]! += said;
    sum += said;
  }
  const room = ROOM * kinds;
  for (let slot = 0; slot < count; slot++) {
    shares[slot] = (shares[slot]! + room * coarser[slot]!) / (sum + room);
  }
  return shares;
}
