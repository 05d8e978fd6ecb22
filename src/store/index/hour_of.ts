/** The hour of the day of many times, in the zone of this machine. */

const HOUR_MS = 3_600_000;
const HOURS = 24;
const DAY_MS = HOURS * HOUR_MS;
/** Days of which the zone is remembered, each at one place: some ten years. A power of two. */
const DAYS = 4096;

/** From 1973 on all zones are whole minutes away from UTC; before that a `Date` does not tell by how much. */
const WHOLE_MINUTES_FROM = Date.UTC(1973, 0) / DAY_MS;

/** Times of one hour of the day. */
export interface HourSpan {
  readonly hour: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Tells the hour of a time, and when it began and ends; asking a `Date` for each of a million would take 0.1 s. */
export function hourReader(): (ms: number) => HourSpan {
  const days = new Float64Array(DAYS).fill(NaN);
  /** Milliseconds to add within the day of UTC; `NaN` where that is not one number all day. */
  const shifts = new Float64Array(DAYS);
  return (ms) => {
    const day = Math.floor(ms / DAY_MS);
    const at = day & (DAYS - 1);
    if (days[at] !== day) {
      days[at] = day;
      shifts[at] = shiftOn(day);
    }
    const shift = shifts[at]!;
    if (Number.isNaN(shift)) {
      return { hour: new Date(ms).getHours(), fromMs: ms, untilMs: ms + 1 };
    }
    const start = day * DAY_MS;
    const hour = Math.floor((ms - start + shift) / HOUR_MS);
    const fromMs = start - shift + hour * HOUR_MS;
    return {
      hour: (hour + HOURS) % HOURS,
      // The next day of UTC may have another shift.
      fromMs: Math.max(fromMs, start),
      untilMs: Math.min(fromMs + HOUR_MS, start + DAY_MS),
    };
  };
}

function shiftOn(day: number): number {
  if (day < WHOLE_MINUTES_FROM) return NaN;
  const first = shiftAt(day * DAY_MS);
  return first === shiftAt((day + 1) * DAY_MS - 1) ? first : NaN;
}

function shiftAt(ms: number): number {
  return -60_000 * new Date(ms).getTimezoneOffset();
}
