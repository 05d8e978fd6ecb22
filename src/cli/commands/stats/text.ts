/** `rr stats` as text with small bars. */
import { counted, grouped } from "../../../base/grouped.ts";
import type { World } from "../../../base/world.ts";
import { glyphs, textWidth } from "../../../search/matching/glyphs.ts";
import { printable, printablePlain } from "../../../base/printable.ts";
import type { Summary } from "../../../store/index/stats.ts";
import type { Count } from "../../../store/index/tally.ts";
import { isUtf8 } from "../../print/signs.ts";
import { wrapWords } from "../../../search/matching/wrap_words.ts";
import { heatMap, hourBars, type PictureStyle, shadesLegend } from "./pictures.ts";
import { localTime } from "../../../base/local_time.ts";
import { span } from "../../print/entry_format.ts";
import { type Palette, paletteFor } from "../../print/print.ts";

const NAME_WIDTH = 46;
const BAR_WIDTH = 24;

interface Row extends Count {
  readonly name: string;
}

/** The whole text; on a terminal no line of it is wider than `columns`. */
export function statsText(world: World, summary: Summary, days: number, columns: number): string {
  if (summary.runs === 0) return "No commands match.\n";
  const style = pictureStyle(world);
  const { palette } = style;
  const block = style.isUtf8 ? "█" : "#";
  const day = (ms: number): string => localTime(ms).slice(0, 10);
  const weekday = (ms: number): string => WEEKDAYS[new Date(ms).getDay()]!;
  const sections: [string, Row[]][] = [
    ["Commands", summary.commands.map((row) => ({ ...row, name: row.command }))],
    ["Hosts", summary.hosts.map((row) => ({ ...row, name: row.hostname }))],
    ["Folders", summary.folders.map((row) => ({ ...row, name: row.cwd }))],
    [
      "Days",
      summary.periods.slice(-days).map((row) => ({
        ...row,
        name: `${day(row.fromMs)} ${weekday(row.fromMs)}`,
      })),
    ],
  ];
  const room = world.stdout.isTerminal() ? columns : Infinity;
  const look = { block, palette, room, shown: style.isUtf8 ? printable : printablePlain };
  return [
    ...wrapWords(
      `${counted(summary.runs, "run")} of ${counted(summary.distinct, "command")}, ` +
        `${day(summary.oldestMs!)} to ${day(summary.newestMs!)}, ${failedShare(summary)}`,
      room,
    ),
    ...sections.flatMap(([title, rows]) => sectionLines(title, rows, look)),
    ...sectionLines("Most failing", failingRows(summary), look),
    ...longestLines(summary, look),
    "",
    palette.bold("Hours of the day"),
    ...hourBars(summary.hours, style, columns),
    "",
    palette.bold("A year of days"),
    ...heatMap(summary.periods, style, columns),
    shadesLegend(style),
    "",
  ].join("\n");
}

/** How pictures look on this terminal. */
export function pictureStyle(world: World): PictureStyle {
  return { palette: paletteFor(world, world.stdout), isUtf8: isUtf8(world) };
}

function failingRows({ mostFailing }: Summary): Row[] {
  return mostFailing.map((row) => ({ ...row, name: row.command }));
}

/** How sections are drawn. */
interface Look {
  readonly block: string;
  readonly palette: Palette;
  /** Columns that a line may take. */
  readonly room: number;
  /** Makes text of the history harmless for the terminal. */
  readonly shown: (text: string) => string;
}

/** Columns of a command from which on the day is shown beside it. */
const LEAST_COMMAND = 20;

function longestLines({ longest }: Summary, { palette, room, shown }: Look): string[] {
  if (longest.length === 0) return [];
  const lines = longest.map(({ durationMs, startedAtMs, command }) => {
    const took = `${span(durationMs).padStart(6)}  `;
    const day = `${localTime(startedAtMs).slice(0, 10)}  `;
    const before = room - took.length - day.length < LEAST_COMMAND ? took : took + day;
    return before + cut(shown(command), Math.min(NAME_WIDTH, room - before.length));
  });
  return ["", palette.bold("Longest"), ...lines];
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function sectionLines(
  title: string,
  rows: readonly Row[],
  { block, palette, room, shown }: Look,
): string[] {
  if (rows.length === 0) return [];
  const cells = rows.map((row) => ({ runs: grouped(row.runs), failed: failedCell(row) }));
  const runs = numberWidth(["runs", ...cells.map((cell) => cell.runs)], RUNS_WIDTH, room);
  const failed = numberWidth(["failed", ...cells.map((cell) => cell.failed)], FAILED_WIDTH, room);
  const hasFailed = room - runs - failed - 2 >= LEAST_NAME;
  const numbersOf = (first: string, second: string): string =>
    ` ${first.padStart(runs)}${hasFailed ? ` ${second.padStart(failed)}` : ""}`;
  const numbers = numbersOf("", "").length;
  const names = rows.map(({ name }) =>
    cut(shown(name), Math.max(1, Math.min(NAME_WIDTH, room - numbers)))
  );
  const heading = cut(title, Math.max(1, room - numbers));
  const width = Math.max(heading.length, ...names.map((name) => textWidth(name)));
  const most = Math.max(1, ...rows.map((row) => row.runs));
  const barRoom = Math.max(0, Math.min(BAR_WIDTH, room - width - numbers - 2));
  const head = heading.padEnd(width) + numbersOf("runs", "failed");
  const lines = rows.map((row, i) => {
    const name = names[i]! + " ".repeat(width - textWidth(names[i]!));
    const bar = block.repeat(Math.ceil(row.runs / most * barRoom));
    return `${name}${numbersOf(cells[i]!.runs, cells[i]!.failed)}  ${bar}`.trimEnd();
  });
  return ["", palette.bold(head), ...lines];
}

/** Columns of the numbers where there is room for more than they need. */
const RUNS_WIDTH = 9;
const FAILED_WIDTH = 7;
const NARROW = 60;
/** A name keeps so many, as a day takes, before a column says how many failed. */
const LEAST_NAME = 14;

function numberWidth(cells: readonly string[], usual: number, room: number): number {
  const needed = Math.max(...cells.map((cell) => cell.length));
  return room < NARROW ? needed : Math.max(usual, needed);
}

function failedCell(row: Row): string {
  if (row.failed > 0) return percent(row);
  return row.runs > 0 && row.unknown === row.runs ? "?" : "-";
}

function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const dots = ".".repeat(Math.min(3, width));
  let out = "";
  let used = dots.length;
  for (const { text: glyph, width: columns } of glyphs(text)) {
    if (used + columns > width) break;
    out += glyph;
    used += columns;
  }
  return `${out}${dots}`;
}

function failedShare(summary: Count): string {
  const { runs, unknown } = summary;
  if (unknown === runs) return "no exit status known";
  const rest = unknown > 0 ? ` of those whose end is known (${grouped(runs - unknown)})` : "";
  return `${percent(summary)} failed${rest}`;
}

// Of the runs whose end is known: imports from shells tell nothing of it.
function percent({ runs, failed, unknown }: Count): string {
  return `${(failed / Math.max(1, runs - unknown) * 100).toFixed(1)} %`;
}
