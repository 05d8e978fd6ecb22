/** Counts as pictures of characters: a year of days, the hours of a day. */
import type { Count } from "../../../store/index/tally.ts";
import type { Palette } from "../../print/print.ts";

/** How pictures are drawn on this terminal. */
export interface PictureStyle {
  readonly palette: Palette;
  /** Whether it shows more than ASCII. */
  readonly isUtf8: boolean;
}

/** A day, at its local midnight. */
export interface DayCount extends Count {
  readonly fromMs: number;
}

const DAYS_A_WEEK = 7;
/** Weeks of the picture of a year, the one under way with them. */
export const WEEKS_A_YEAR = 53;
/** None, and up to a quarter, a half, three quarters and all of the busiest day. */
const SHADES = { utf8: ["·", "░", "▒", "▓", "█"], ascii: [".", "-", "+", "*", "#"] };
const BARS = {
  utf8: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
  ascii: [" ", ".", ":", "|", "#"],
};
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const WEEKDAYS = ["Mon", "", "Wed", "", "Fri", "", "Sun"];
const MARGIN = 4;

/** A column a week, a row a weekday, Monday first; `days` are consecutive, the last one today. */
export function heatMap(days: readonly DayCount[], style: PictureStyle, columns: number): string[] {
  const weeks = Math.max(1, Math.min(WEEKS_A_YEAR, columns - MARGIN));
  const lastWeekday = weekdayOf(days.at(-1)!.fromMs);
  const first = days.length - (weeks - 1) * DAYS_A_WEEK - lastWeekday - 1;
  const most = Math.max(1, ...days.slice(Math.max(0, first)).map(({ runs }) => runs));
  const shades = style.isUtf8 ? SHADES.utf8 : SHADES.ascii;
  const rows = WEEKDAYS.map((name, weekday) => {
    let row = name.padEnd(MARGIN);
    for (let week = 0; week < weeks; week++) {
      const day = days[first + week * DAYS_A_WEEK + weekday];
      row += day === undefined ? " " : shades[level(day.runs, most, shades.length)]!;
    }
    return style.palette.green(row.trimEnd());
  });
  return [monthRow(days, first, weeks), ...rows];
}

function monthRow(days: readonly DayCount[], first: number, weeks: number): string {
  let row = " ".repeat(MARGIN);
  let shown = -1;
  for (let week = 0; week < weeks; week++) {
    const day = days[first + week * DAYS_A_WEEK];
    if (day === undefined || row.length > MARGIN + week) continue;
    const month = new Date(day.fromMs).getMonth();
    row = row.padEnd(MARGIN + week);
    if (month !== shown && week + 3 <= weeks) row += `${MONTHS[month]} `;
    shown = month;
  }
  return row.trimEnd();
}

/** What the shades of a year mean, for whoever sees no colours as well. */
export function shadesLegend(style: PictureStyle): string {
  const [none, ...more] = style.isUtf8 ? SHADES.utf8 : SHADES.ascii;
  return `${" ".repeat(MARGIN)}${none} none ${more.join("")} most`;
}

const HOURS = 24;
/** How the hours are drawn, the widest first: columns of a bar, hours in it, hours between the labels. */
const HOUR_SCALES = [
  { columns: 2, hours: 1, labelled: 3 },
  { columns: 1, hours: 1, labelled: 6 },
  { columns: 1, hours: 2, labelled: 6 },
] as const;

/** Two columns an hour, from midnight on, with a scale below; fewer where there is no room for them. */
export function hourBars(hours: readonly Count[], style: PictureStyle, room = 80): string[] {
  const scale = HOUR_SCALES.find(({ columns, hours }) => HOURS / hours * columns <= room) ??
    HOUR_SCALES.at(-1)!;
  const sums = Array.from(
    { length: HOURS / scale.hours },
    (_, i) =>
      hours.slice(i * scale.hours, (i + 1) * scale.hours).reduce((sum, { runs }) => sum + runs, 0),
  );
  const most = Math.max(1, ...sums);
  const bars = style.isUtf8 ? BARS.utf8 : BARS.ascii;
  const row = sums.map((runs) => bars[level(runs, most, bars.length)]!.repeat(scale.columns)).join(
    "",
  );
  const width = scale.labelled / scale.hours * scale.columns;
  const labels = Array.from(
    { length: HOURS / scale.labelled },
    (_, i) => String(scale.labelled * i).padStart(2, "0").padEnd(width),
  );
  return [style.palette.green(row.trimEnd()), labels.join("").trimEnd()];
}

/** Nothing only for none: every run can be seen. */
function level(runs: number, most: number, levels: number): number {
  return Math.ceil(runs / most * (levels - 1));
}

/** 0 for Monday. */
function weekdayOf(ms: number): number {
  return (new Date(ms).getDay() + DAYS_A_WEEK - 1) % DAYS_A_WEEK;
}

/** The longest run of days with a command, as a number of days. */
export function longestStreak(days: readonly Count[]): number {
  let longest = 0;
  let streak = 0;
  for (const { runs } of days) {
    streak = runs > 0 ? streak + 1 : 0;
    longest = Math.max(longest, streak);
  }
  return longest;
}
