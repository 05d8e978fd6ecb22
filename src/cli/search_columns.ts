/** `rr search --long`: a line a run, in columns that fit the terminal. */
import type { World } from "../base/world.ts";
import type { Entry } from "../history/entry.ts";
import { exitText } from "../history/run_filter.ts";
import { duration, moment, shortFolder, shortHost } from "../picker/format.ts";
import { clip, clipStart, textWidth } from "../search/glyphs.ts";
import { openTerminal } from "../world/open_terminal.ts";
import { paletteFor } from "./print.ts";

/** Columns of what stands before the command, and the fewest that the command keeps. */
const TIME = 19;
const EXIT = 4;
const DURATION = 6;
const LEAST_COMMAND = 30;
/** What stands behind it, from which width on. */
const HOST = { from: 90, width: 12 };
const FOLDER = { from: 120, width: 24 };
const USUAL_COLUMNS = 80;

/** A run as a line of at most so many columns; of unlimited length where it goes to no terminal. */
export function columnLine(
  entry: Entry,
  columns: number,
  home: string | undefined,
  paint: { dim(text: string): string; red(text: string): string },
): string {
  const status = exitText(entry);
  const exit = (status === "0" ? "" : status).padStart(EXIT);
  const before = columns >= TIME + EXIT + DURATION + LEAST_COMMAND
    ? `${paint.dim(moment(entry.startedAtMs))}${paint.red(exit)}` +
      `${paint.dim(duration(entry.durationMs).padStart(DURATION))}  `
    : "";
  const behind: string[] = [];
  if (columns >= HOST.from) {
    behind.push(clip(shortHost(entry.hostname), HOST.width).padEnd(HOST.width));
  }
  if (columns >= FOLDER.from) behind.push(clipStart(shortFolder(entry.cwd, home), FOLDER.width));
  const taken = (before === "" ? 0 : TIME + EXIT + DURATION + 2) +
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
  return (entry) => columnLine(entry, columns, home, palette);
}

async function terminalColumns(world: World): Promise<number> {
  const terminal = await openTerminal(world.stdin.isTerminal());
  try {
    return terminal.size().columns || Number(world.env("COLUMNS")) || USUAL_COLUMNS;
  } finally {
    terminal.close();
  }
}
