/** `rr stats` as text with small bars. */
import type { World } from "../../../base/world.ts";
import { glyphs, textWidth } from "../../../search/glyphs.ts";
import { printable } from "../../../base/printable.ts";
import type { Count, Summary } from "../../../store/index/stats.ts";
import { heatMap, hourBars, type PictureStyle } from "./pictures.ts";
import { grouped, localTime, span } from "../../entry_format.ts";
import { type Palette, paletteFor } from "../../print.ts";

const NAME_WIDTH = 46;
const BAR_WIDTH = 24;

interface Row extends Count {
  readonly name: string;
}

/** The whole text. */
export function statsText(world: World, summary: Summary, days: number): string {
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
  return [
    `${grouped(summary.runs)} runs of ${grouped(summary.distinct)} commands, ` +
    `${day(summary.oldestMs!)} to ${day(summary.newestMs!)}, ${failedShare(summary)}`,
    ...sections.flatMap(([title, rows]) => sectionLines(title, rows, block, palette)),
    ...sectionLines("Most failing", failingRows(summary), block, palette),
    ...longestLines(summary, palette),
    "",
    palette.bold("Hours of the day"),
    ...hourBars(summary.hours, style),
    "",
    palette.bold("A year of days"),
    ...heatMap(summary.periods, style, pictureColumns(world)),
    "",
  ].join("\n");
}

/** How pictures look on this terminal. */
export function pictureStyle(world: World): PictureStyle {
  return { palette: paletteFor(world, world.stdout), isUtf8: isUtf8(world) };
}

/** Columns that a picture may take. */
export function pictureColumns(world: World): number {
  const columns = Number(world.env("COLUMNS"));
  return Number.isInteger(columns) && columns > 0 ? columns : USUAL_COLUMNS;
}

const USUAL_COLUMNS = 80;

function failingRows({ mostFailing }: Summary): Row[] {
  return mostFailing.map((row) => ({ ...row, name: row.command }));
}

function longestLines({ longest }: Summary, palette: Palette): string[] {
  if (longest.length === 0) return [];
  const lines = longest.map(({ durationMs, startedAtMs, command }) =>
    `${span(durationMs).padStart(6)}  ${localTime(startedAtMs).slice(0, 10)}  ` +
    cut(printable(command), NAME_WIDTH)
  );
  return ["", palette.bold("Longest"), ...lines];
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function sectionLines(
  title: string,
  rows: readonly Row[],
  block: string,
  palette: Palette,
): string[] {
  if (rows.length === 0) return [];
  const names = rows.map(({ name }) => cut(printable(name), NAME_WIDTH));
  const width = Math.max(title.length, ...names.map((name) => textWidth(name)));
  const most = Math.max(1, ...rows.map(({ runs }) => runs));
  const head = `${title.padEnd(width)} ${"runs".padStart(9)} ${"failed".padStart(7)}`;
  const lines = rows.map((row, i) => {
    const name = names[i]! + " ".repeat(width - textWidth(names[i]!));
    const failed = row.failed === 0 ? row.unknown === row.runs ? "?" : "-" : percent(row);
    const bar = block.repeat(Math.ceil(row.runs / most * BAR_WIDTH));
    return `${name} ${grouped(row.runs).padStart(9)} ${failed.padStart(7)}  ${bar}`.trimEnd();
  });
  return ["", palette.bold(head), ...lines];
}

function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let out = "";
  let used = 3;
  for (const { text: glyph, width: columns } of glyphs(text)) {
    if (used + columns > width) break;
    out += glyph;
    used += columns;
  }
  return `${out}...`;
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

function isUtf8(world: World): boolean {
  const locale = world.env("LC_ALL") ?? world.env("LC_CTYPE") ?? world.env("LANG") ?? "";
  return world.os === "darwin" || /utf-?8/i.test(locale);
}
