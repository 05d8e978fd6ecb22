/** `rr search --long`: a line a run, in columns that fit the terminal. */
import type { World } from "../../base/world.ts";
import type { Entry } from "../../history/entry.ts";
import { exitText } from "../../history/run_filter.ts";
import { ago, duration, moment, shortFolder, shortHost } from "../../picker/render/format.ts";
import { clip, clipStart, textWidth } from "../../search/matching/glyphs.ts";
import { paletteFor } from "./print.ts";
import { signsFor } from "./signs.ts";
import { terminalColumns } from "./terminal_columns.ts";

/** Columns of what stands before the command, and the fewest that the command keeps. */
const TIME = 19;
const EXIT = 4;
const DURATION = 6;
const LEAST_COMMAND = 30;
/** On a narrow terminal: how long ago, how it ended, and the fewest columns of the command then. */
const AGO = 4;
const LEAST_NARROW = 20;
/** What stands behind it, from which width on. */
const HOST = { from: 90, width: 12 };
const FOLDER = { from: 120, width: 24 };

/** A run as a line of at most so many columns; of unlimited length where it goes to no terminal. */
export function columnLine(
  entry: Entry,
  columns: number,
  home: string | undefined,
  paint: { dim(text: string): string; red(text: string): string },
  nowMs: number,
): string {
  const status = exitText(entry);
  const exit = (status === "0" ? "" : status).padStart(EXIT);
  const isWide = columns >= TIME + EXIT + DURATION + LEAST_COMMAND;
  const isNarrow = !isWide && columns >= AGO + EXIT + 2 + LEAST_NARROW;
  const before = isWide
    ? `${paint.dim(moment(entry.startedAtMs))}${paint.red(exit)}` +
      `${paint.dim(duration(entry.durationMs).padStart(DURATION))}  `
    : isNarrow
    ? `${paint.dim(ago(entry.startedAtMs, nowMs).padStart(AGO))}${paint.red(exit)}  `
    : "";
  const behind: string[] = [];
  if (columns >= HOST.from) {
    behind.push(clip(shortHost(entry.hostname), HOST.width).padEnd(HOST.width));
  }
  if (columns >= FOLDER.from) behind.push(clipStart(shortFolder(entry.cwd, home), FOLDER.width));
  const taken = (isWide ? TIME + EXIT + DURATION + 2 : isNarrow ? AGO + EXIT + 2 : 0) +
    (columns >= HOST.from ? HOST.width + 2 : 0) + (columns >= FOLDER.from ? FOLDER.width + 2 : 0);
  const room = Math.max(1, Math.min(columns, MOST_COLUMNS) - taken);
  const command = clip(entry.command, room);
  if (behind.length === 0) return before + command;
  const gap = " ".repeat(Math.max(0, columns === Infinity ? 0 : room - textWidth(command)));
  return `${before}${command}${gap}  ${paint.dim(behind.join("  ").trimEnd())}`;
}

/** Wider than any terminal: what goes to a file is not cut. */
const MOST_COLUMNS = 1 << 22;

/** Makes the lines for this output. */
export async function columnPrinter(world: World): Promise<(entry: Entry) => string> {
  const columns = world.stdout.isTerminal() ? await terminalColumns(world) : Infinity;
  const palette = paletteFor(world, world.stdout);
  const home = world.env("HOME");
  const now = world.clock.now();
  const signs = signsFor(world);
  return (entry) => signs(columnLine(entry, columns, home, palette, now));
}
