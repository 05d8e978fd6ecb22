/**
 * The time of an entry on the wire: nine integers,
 * `[year, day of year, hour, minute, second, nanosecond, offset hours, offset minutes, offset seconds]`.
 *
 * We write whole seconds in UTC, as the original does, and read every form that it reads.
 */

/** The nine integers. */
export type WireTime = readonly [
  year: number,
  dayOfYear: number,
  hour: number,
  minute: number,
  second: number,
  nanosecond: number,
  offsetHours: number,
  offsetMinutes: number,
  offsetSeconds: number,
];

const SECONDS_PER_DAY = 86_400;
/** From the first day of the year 1 to the first day of 1970. */
const DAYS_TO_1970 = 719_162;

/** The time as the wire has it: UTC, rounded down to the second. */
export function encodeTime(ms: number): WireTime {
  const seconds = Math.floor(ms / 1000);
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const rest = seconds - days * SECONDS_PER_DAY;
  const year = yearOfDay(days);
  const hour = Math.floor(rest / 3600);
  const minute = Math.floor(rest / 60) % 60;
  return [year, days - firstDayOf(year) + 1, hour, minute, rest % 60, 0, 0, 0, 0];
}

/**
 * Milliseconds since the Unix epoch of a time from the wire, or `undefined` if it is not one: not an
 * array of nine integers, or one of them out of its range.
 */
export function decodeTime(value: unknown): number | undefined {
  if (!Array.isArray(value) || value.length !== 9) return undefined;
  for (let i = 0; i < 9; i++) {
    // JSON.parse() keeps the sign of "-0", which the original refuses.
    if (!Number.isInteger(value[i]) || Object.is(value[i], -0)) return undefined;
  }
  const [year, day, hour, minute, second, nanosecond, offH, offM, offS] = value as number[] as [
    ...WireTime,
  ];
  if (year < -9999 || year > 9999 || day < 1 || day > daysIn(year)) return undefined;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
    return undefined;
  }
  if (nanosecond < 0 || nanosecond > 999_999_999) return undefined;
  if (offH < -25 || offH > 25 || offM < -59 || offM > 59 || offS < -59 || offS > 59) {
    return undefined;
  }
  const days = firstDayOf(year) + day - 1;
  const local = days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
  return (local - offsetOf(offH, offM, offS)) * 1000 + Math.floor(nanosecond / 1_000_000);
}

/** The largest part that is not 0 gives its sign to the smaller ones: -5, 30 is five and a half hours west. */
function offsetOf(hours: number, minutes: number, seconds: number): number {
  const sign = Math.sign(hours) || Math.sign(minutes) || Math.sign(seconds);
  return sign * (Math.abs(hours) * 3600 + Math.abs(minutes) * 60 + Math.abs(seconds));
}

/** Days from 1970-01-01 to the first day of the year, in the Gregorian calendar without end. */
function firstDayOf(year: number): number {
  const before = year - 1;
  return before * 365 + Math.floor(before / 4) - Math.floor(before / 100) +
    Math.floor(before / 400) - DAYS_TO_1970;
}

function daysIn(year: number): number {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 366 : 365;
}

function yearOfDay(day: number): number {
  // 400 years have 146097 days. The guess is at most one year off, on either side.
  const guess = Math.floor((day + DAYS_TO_1970) / 146_097 * 400) + 1;
  if (day < firstDayOf(guess)) return guess - 1;
  return day >= firstDayOf(guess + 1) ? guess + 1 : guess;
}
