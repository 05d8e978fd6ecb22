/**
 * Which command is wanted next, going by what is known at the prompt: what was run before it, how often
 * and how lately, where, and how it ended.
 *
 * A sum of logarithms with fixed weights; none of them is trained on the person. One pass over the runs.
 */

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

/** Runs after which a use counts half. */
const HALF_LIFE = 300;
const DECAY = Math.pow(0.5, 1 / HALF_LIFE);
/** Weights of the logarithms, and what smooths each share: added to the count, over the total and 1. */
const FRECENCY = 0.8;
const AFTER_ONE = { weight: 1.5, smoothing: 0.02 };
const AFTER_TWO = { weight: 0.9, smoothing: 0.05 };
const IN_FOLDER = { weight: 0.3, smoothing: 0.02 };
const AGE = 0.65;
/** What followed the last time is likelier than what followed long ago. */
const FOLLOWED_AGO = 0.4;
const NEVER_FOLLOWED = 200;
/** A command that always fails is wanted less; one that failed just now is wanted again, mended. */
const FAILS = 0.5;
const JUST_FAILED = 0.5;
/** Never run on this host: its tools and paths may not be there. */
const ELSEWHERE = 0.5;

interface Known {
  readonly command: number;
  uses: number;
  failed: number;
  lastAt: number;
  frecency: number;
  here: number;
  onHost: boolean;
  afterOne: number;
  afterTwo: number;
  /** How many runs of the previous command had happened when this followed one last. */
  followedAt: number;
}

/** The commands, the one wanted most first; of equal ones the newer. */
export function rankCommands(runs: RankedRuns, context: RankContext): number[] {
  const { known, totals } = countsOf(runs, context);
  const now = runs.commands.length;
  const scored = known.map((one) => ({ one, score: scoreOf(one, totals, now) }));
  scored.sort((a, b) => b.score - a.score || b.one.lastAt - a.one.lastAt);
  return scored.map(({ one }) => one.command);
}

interface Totals {
  afterOne: number;
  afterTwo: number;
  here: number;
  /** The run that the next one follows; -1 if there is none. */
  readonly previous: number;
  readonly hasJustFailed: boolean;
}

function countsOf(runs: RankedRuns, context: RankContext): { known: Known[]; totals: Totals } {
  const { commands, sessions, places, exitCodes } = runs;
  const streams = streamsOf(runs, context);
  const { previous, before } = streams.last;
  const totals: Totals = {
    afterOne: 0,
    afterTwo: 0,
    here: 0,
    previous,
    hasJustFailed: previous >= 0 && exitCodes[previous] !== 0,
  };
  const one = previous < 0 ? -1 : commands[previous]!;
  const two = before < 0 ? -1 : commands[before]!;
  const byNumber = new Map<number, Known>();
  for (let i = 0; i < sessions.length; i++) {
    const command = commands[i]!;
    const place = places[i]!;
    let k = byNumber.get(command);
    if (k === undefined) byNumber.set(command, k = fresh(command, i));
    k.frecency = k.frecency * Math.pow(DECAY, i - k.lastAt) + 1;
    k.lastAt = i;
    k.uses++;
    if (exitCodes[i] !== 0) k.failed++;
    if (context.hostOf(place) === context.ownHost) k.onHost = true;
    const near = context.nearness(place);
    k.here += near;
    totals.here += near;
    const p = streams.before[i]!;
    if (p < 0 || commands[p] !== one) continue;
    k.followedAt = ++totals.afterOne;
    k.afterOne++;
    const q = streams.before[p]!;
    if (q < 0 || commands[q] !== two) continue;
    totals.afterTwo++;
    k.afterTwo++;
  }
  return { known: [...byNumber.values()], totals };
}

function fresh(command: number, at: number): Known {
  return {
    command,
    uses: 0,
    failed: 0,
    lastAt: at,
    frecency: 0,
    here: 0,
    onHost: false,
    afterOne: 0,
    afterTwo: 0,
    followedAt: 0,
  };
}

/** For each run the one before it in its session, or on its host where sessions are not known. */
function streamsOf({ sessions, places }: RankedRuns, context: RankContext): {
  readonly before: Int32Array;
  readonly last: { readonly previous: number; readonly before: number };
} {
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
  return { before, last: { previous, before: previous < 0 ? -1 : before[previous]! } };
}

function scoreOf(k: Known, totals: Totals, now: number): number {
  const age = now - k.lastAt;
  const share = (count: number, total: number, smoothing: number): number =>
    Math.log((count + smoothing) / (total + 1));
  const followed = k.followedAt === 0 ? NEVER_FOLLOWED : totals.afterOne - k.followedAt + 1;
  let score = FRECENCY * Math.log(k.frecency * Math.pow(DECAY, age)) - AGE * Math.log(age) +
    AFTER_ONE.weight * share(k.afterOne, totals.afterOne, AFTER_ONE.smoothing) +
    AFTER_TWO.weight * share(k.afterTwo, totals.afterTwo, AFTER_TWO.smoothing) +
    IN_FOLDER.weight * share(k.here, totals.here, IN_FOLDER.smoothing) -
    FOLLOWED_AGO * Math.log(Math.min(followed, NEVER_FOLLOWED)) -
    FAILS * k.failed / k.uses;
  if (!k.onHost) score -= ELSEWHERE;
  if (totals.hasJustFailed && k.lastAt === totals.previous) score += JUST_FAILED;
  return score;
}
