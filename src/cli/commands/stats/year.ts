/** `rr stats --year`: a year on one page, to be shown to others: programs, but no arguments or folders. */
import { counted, grouped } from "../../../base/grouped.ts";
import type { Summary } from "../../../store/index/stats.ts";
import type { Count } from "../../../store/index/tally.ts";
import { wrapWords } from "../../../search/matching/wrap_words.ts";
import { heatMap, hourBars, longestStreak, type PictureStyle, shadesLegend } from "./pictures.ts";

const PROGRAMS_SHOWN = 5;

/** The page. */
export function yearText(summary: Summary, style: PictureStyle, columns: number): string {
  if (summary.runs === 0) {
    return [...wrapWords("No commands of the last year match.", columns), ""].join("\n");
  }
  const days = summary.periods;
  const busiest = days.reduce((a, b) => b.runs > a.runs ? b : a);
  const active = days.filter(({ runs }) => runs > 0).length;
  const date = new Date(busiest.fromMs).toDateString();
  return [
    ...wrapWords(
      `${counted(summary.runs, "command")} in a year, ${grouped(summary.distinct)} different`,
      columns,
    )
      .map(style.palette.bold),
    "",
    ...heatMap(days, style, columns),
    shadesLegend(style),
    "",
    ...hourBars(summary.hours, style, columns),
    "",
    ...[
      `${counted(active, "day")} with a command, ${longestStreak(days)} in a row at most`,
      `The busiest day was ${date} with ${grouped(busiest.runs)}`,
      `Most used: ${programsOf(summary.commands).slice(0, PROGRAMS_SHOWN).join(", ")}`,
    ].flatMap((sentence) => wrapWords(sentence, columns)),
    "",
  ].join("\n");
}

/** The first words of the commands, the most frequent first; nothing that looks like a setting or a path. */
function programsOf(commands: readonly (Count & { readonly command: string })[]): string[] {
  const counts = new Map<string, number>();
  for (const { command, runs } of commands) {
    const [program = ""] = command.trim().split(/\s/, 1);
    if (!/^[A-Za-z][\w.+-]{0,30}$/.test(program)) continue;
    counts.set(program, (counts.get(program) ?? 0) + runs);
  }
  return [...counts].sort(([, a], [, b]) => b - a)
    .map(([program, runs]) => `${program} (${grouped(runs)})`);
}
