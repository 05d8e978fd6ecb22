/** Moments as people type them: `2h`, `yesterday`, `2024-05-01`, `2024-05-01 10:00`, `@1700000000`. */

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};

const AGO = /^(\d{1,9}) ?([smhdwy])(?: ?ago)?$/;
const UNIX = /^@(\d{1,12})$/;
const DATE = /^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?$/;
const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:?\d\d)?$/;

/**
 * The moment in milliseconds since the Unix epoch. A date is the beginning of that day or month, a time
 * without a zone is in the zone of this machine, a span is before `nowMs`.
 *
 * @throws {Error} completing "Cannot use ... for --since: "
 */
export function parseWhen(text: string, nowMs: number): number {
  const word = text.trim().toLowerCase();
  if (word === "now") return nowMs;
  if (word === "today") return dayStart(nowMs, 0);
  if (word === "yesterday") return dayStart(nowMs, -1);
  const ago = AGO.exec(word);
  if (ago) return nowMs - Number(ago[1]) * UNIT_MS[ago[2]!]!;
  const unix = UNIX.exec(word);
  if (unix) return Number(unix[1]) * 1000;
  const ms = dateOf(text.trim());
  if (!Number.isNaN(ms)) return ms;
  throw new Error(
    "expected a span such as 30m, 2h, 3d, 1w, or today, yesterday, 2024-05-01, " +
      '"2024-05-01 10:00", @1700000000',
  );
}

function dayStart(nowMs: number, days: number): number {
  const day = new Date(nowMs);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days).getTime();
}

function dateOf(text: string): number {
  const date = DATE.exec(text);
  if (date) {
    const [year, month, day = 1] = date.slice(1).filter((part) => part !== undefined)
      .map(Number) as [number, number, number?];
    const at = new Date(year, month - 1, day);
    const exists = at.getMonth() === month - 1 && at.getDate() === day;
    return exists ? at.getTime() : NaN;
  }
  return TIME.test(text) ? new Date(text.replace(" ", "T")).getTime() : NaN;
}
