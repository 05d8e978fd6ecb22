/** The picker for terminals that can only print lines: numbers to take, words to search. */
import type { World } from "../../base/world.ts";
import { initialState } from "../../picker/state/state.ts";
import { printable, printablePlain } from "../../base/printable.ts";
import { clip } from "../../search/matching/glyphs.ts";
import { isUtf8, signsFor } from "../print/signs.ts";
import type { CommandSource } from "./command_source.ts";
import { Loader } from "./loader.ts";
import type { Outcome } from "./outcome.ts";
import type { PickerRunOptions } from "./run_options.ts";

/** What stands before a command. */
const NUMBER_COLUMNS = 4;
const USUAL_COLUMNS = 80;
/** Commands listed at once. */
const SHOWN = 10;

/** Asks until a number, an empty line or the end of the input. */
export function runLinePicker(
  world: World,
  source: CommandSource,
  options: PickerRunOptions,
): Outcome {
  const { enter = "edit", mode = "fuzzy" } = options;
  const { filter = { scope: "all", okOnly: false } } = options;
  const loader = new Loader(source, filter);
  let query = options.query ?? "";
  while (true) {
    const lines = search(loader, query);
    if (loader.index.count === 0) return { kind: "nothing" };
    show(world, loader, lines);
    const answer = world.stdin.readLine()?.trim();
    if (!answer) return { kind: "cancelled" };
    const chosen = /^\d+$/.test(answer) ? lines[Number(answer) - 1] : undefined;
    if (chosen === undefined) {
      query = answer;
      continue;
    }
    const command = source.text(loader.index.id(chosen));
    if (command !== undefined) return { kind: "chosen", action: enter, command };
    world.stderr.write("It was deleted meanwhile\n");
  }

  function search(from: Loader, text: string): readonly number[] {
    const size = { columns: 80, rows: SHOWN };
    from.search({
      ...initialState({ size, query: text, mode, filter, place: options.place }),
      limit: SHOWN,
    });
    while (from.hasWork) from.work(() => false);
    return from.results()?.lines ?? [];
  }
}

function show(world: World, loader: Loader, lines: readonly number[]): void {
  const signs = signsFor(world);
  const shown = isUtf8(world) ? printable : printablePlain;
  const room = Math.max(1, (world.stderr.columns() ?? USUAL_COLUMNS) - NUMBER_COLUMNS);
  // A line each: a long one would push the others off the screen, and is read out to its end.
  const rows = lines.map((line, i) =>
    `${String(i + 1).padStart(2)}  ${signs(clip(shown(loader.command(line)), room))}\n`
  );
  // The best at the bottom, next to where the answer is typed.
  const list = rows.reverse().join("") || "nothing matches\n";
  world.stderr.write(`${list}number to take, words to search, empty to leave: `);
}
