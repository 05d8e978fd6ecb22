/** Moments as people type them: `2h`, `last friday`, `2024-05-01`, `2024-05-01 10:00`, `@1700000000`. */

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};

/** What units are called besides; months have no fixed length and are counted by the calendar. */
const UNIT =
  /^(?:(s|secs?|seconds?)|(m|mins?|minutes?)|(h|hrs?|hours?)|(d|days?)|(w|weeks?)|(mo|months?)|(y|years?))$/;
const UNITS = ["s", "m", "h", "d", "w", "mo", "y"] as const;

const AGO = /^(\d{1,9}) ?([a-z]+)(?: ?ago)?$/;
const UNIX = /^@(\d{1,12})$/;
const DATE = /^(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?$/;
const YEAR = /^(?:19|20)\d\d$/;
const TIME =
  /^(\d{4})-(\d\d)-(\d\d)[t ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,3})?)?(?:z|[+-]\d\d:?\d\d)?$/;
/** A day, if one is named, and a time of it. */
const CLOCK = /^(?:(.*[a-z]) ?(?:at )?)?([01]?\d|2[0-3]):([0-5]\d)$/;
const PERIOD = /^(this|last) ?(week|month|year)$/;
const WEEKDAY = /^(last )?(sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?)(?:day)?$/;
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MONTH = new RegExp(
  "^(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?" +
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?: (\\d{4}))?$",
);
const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");

/**
 * The moment in milliseconds since the Unix epoch. A day, week, month or year is its beginning, a time
 * without a zone is in the zone of this machine, a span is before `nowMs`, a weekday or month the latest
 * that has begun. In a word that may hold no blank, `-` or `_` stands for it.
 *
 * @throws {Error} completing "Cannot use ... for --since: "
 */
export function parseWhen(text: string, nowMs: number): number {
  const ms = momentOf(text.trim().toLowerCase(), nowMs) ??
    momentOf(text.trim().toLowerCase().replace(/[-_]+/g, " "), nowMs);
  if (ms !== undefined && !Number.isNaN(ms)) return ms;
  throw new Error(
    "expected a span such as 30m, 2h, 3d, 1w, or today, yesterday, friday, last-week, 10:30, " +
      '2024-05-01, "2024-05-01 10:00", @1700000000',
  );
}

function momentOf(word: string, nowMs: number): number | undefined {
  if (word === "now") return nowMs;
  const unix = UNIX.exec(word);
  if (unix) return Number(unix[1]) * 1000;
  return spanOf(word, nowMs) ?? dayOf(word, nowMs) ?? timeOf(word) ?? clockOf(word, nowMs);
}

function spanOf(word: string, nowMs: number): number | undefined {
  const [, count, name = ""] = AGO.exec(word) ?? [];
  const names = UNIT.exec(name)?.slice(1) ?? [];
  const unit = UNITS[names.findIndex((one) => one !== undefined)];
  if (unit === undefined) return undefined;
  if (unit !== "mo") return nowMs - Number(count) * UNIT_MS[unit]!;
  const now = new Date(nowMs);
  const month = now.getMonth() - Number(count);
  // A month ago on the 31st is the last day of a month that has no 31st.
  const last = new Date(now.getFullYear(), month + 1, 0).getDate();
  return new Date(nowMs).setFullYear(now.getFullYear(), month, Math.min(now.getDate(), last));
}

/** The midnight with which a day, or a time of several days, begins. */
function dayOf(word: string, nowMs: number): number | undefined {
  const now = new Date(nowMs);
  if (word === "today") return midnight(now, 0);
  if (word === "yesterday") return midnight(now, -1);
  if (YEAR.test(word)) return new Date(Number(word), 0, 1).getTime();
  return weekdayOf(word, now) ?? periodOf(word, now) ?? monthOf(word, now) ?? dateOf(word);
}

function weekdayOf(word: string, now: Date): number | undefined {
  const [, last, name] = WEEKDAY.exec(word) ?? [];
  if (name === undefined) return undefined;
  const back = (now.getDay() - WEEKDAYS.indexOf(name.slice(0, 3)) + 7) % 7;
  // Said on a Friday, "friday" is today; "last friday" is not.
  return midnight(now, back === 0 && last !== undefined ? -7 : -back);
}

function periodOf(word: string, now: Date): number | undefined {
  const [, which, unit] = PERIOD.exec(word) ?? [];
  const back = which === "last" ? 1 : 0;
  switch (unit) {
    case "week": // begins on Monday, as ISO 8601 has it
      return midnight(now, -((now.getDay() + 6) % 7) - 7 * back);
    case "month":
      return new Date(now.getFullYear(), now.getMonth() - back, 1).getTime();
    case "year":
      return new Date(now.getFullYear() - back, 0, 1).getTime();
    default:
      return undefined;
  }
}

function monthOf(word: string, now: Date): number | undefined {
  const [, name, year] = MONTH.exec(word) ?? [];
  if (name === undefined) return undefined;
  const month = MONTHS.indexOf(name.slice(0, 3));
  const latest = now.getFullYear() - (month > now.getMonth() ? 1 : 0);
  return new Date(year === undefined ? latest : Number(year), month, 1).getTime();
}

function dateOf(word: string): number | undefined {
  const [, year, month, day = "1"] = DATE.exec(word) ?? [];
  if (year === undefined) return undefined;
  return isDate(year, month!, day)
    ? new Date(Number(year), Number(month) - 1, Number(day)).getTime()
    : undefined;
}

function timeOf(word: string): number | undefined {
  const [whole, year, month, day] = TIME.exec(word) ?? [];
  // JavaScript takes the 30th of February for the 2nd of March.
  if (whole === undefined || !isDate(year!, month!, day!)) return undefined;
  return new Date(whole.replace(" ", "T").toUpperCase()).getTime();
}

function isDate(year: string, month: string, day: string): boolean {
  const at = new Date(Number(year), Number(month) - 1, Number(day));
  return at.getMonth() === Number(month) - 1 && at.getDate() === Number(day);
}

function clockOf(word: string, nowMs: number): number | undefined {
  const [, day = "today", hours, minutes] = CLOCK.exec(word) ?? [];
  if (hours === undefined) return undefined;
  const start = dayOf(day.replace(/ at$/, ""), nowMs);
  // By the clock on the wall, also on a day of 23 or 25 hours.
  return start === undefined
    ? undefined
    : new Date(start).setHours(Number(hours), Number(minutes), 0, 0);
}

function midnight(day: Date, days: number): number {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days).getTime();
}
