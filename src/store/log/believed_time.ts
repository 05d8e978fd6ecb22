/**
 * How late it is, for deciding what is too old: what the clock shows is believed only as far as
 * something else speaks for it. A clock that shows 2040 for a minute must not cost a whole history.
 */

/** What speaks for a time, all in seconds since the Unix epoch. */
export interface TimeEvidence {
  /** The time that was believed last. */
  readonly previous: number | undefined;
  /**
   * Where one comes from what was believed last, or from what is sure, by entries of other devices with no
   * gap of more than {@linkcode GAP_SEC} between two: what another wrong clock has dated lies apart.
   */
  readonly others: number | undefined;
  /**
   * The newest entry of this device that is older than an hour, and that does not lie behind a pause of
   * more than {@linkcode GAP_SEC} with less than a week of entries; looked for the first time only.
   */
  readonly own: number | undefined;
}

/** A pause that people make. What lies behind a longer one is reached step by step. */
export const GAP_SEC = 31 * 86_400;
/** How far the time may go on without anything that speaks for it, at the least. */
const STEP_SEC = 2 * 86_400;
const DAY_SEC = 86_400;

/**
 * The time to go by. Never later than the clock; without evidence it goes on by two days, or by twice
 * the interval at which it is asked for, at a time: a clock that was right all along, on a machine that
 * was switched off for a year, only prunes later than it might.
 */
export function believedUnix(nowUnix: number, evidence: TimeEvidence, intervalSec = 0): number {
  const latest = latestKnown(evidence);
  if (latest === undefined) return nowUnix;
  if (evidence.previous === undefined && nowUnix <= latest + GAP_SEC) return nowUnix;
  return Math.min(nowUnix, latest + Math.max(STEP_SEC, 2 * intervalSec));
}

/** The latest time that something speaks for; `undefined` if nothing speaks at all. */
export function latestKnown({ previous, others, own }: TimeEvidence): number | undefined {
  const known = [previous, others, own].filter((one) => one !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Whether what the clock shows can be gone by; a day more or less removes nothing that matters. */
export function isBelieved(nowUnix: number, evidence: TimeEvidence): boolean {
  return believedUnix(nowUnix, evidence) >= nowUnix - DAY_SEC;
}
