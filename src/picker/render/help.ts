/** The help of the picker: its keys, and what can be typed. */
import { languageRows } from "../../search/language/help.ts";
import { wrapWords } from "../../search/matching/wrap_words.ts";
import type { Keymap } from "../keys/keymap.ts";
import { VIM_HELP } from "../keys/vim.ts";

/** What stands before what a key does. */
const GAP = "  ";
/** With less room beside the keys than this, what they do stands below them. */
const LEAST_BESIDE = 24;

/** Lines of the help, none wider than the terminal as long as no word is. */
export function helpLines({ rows, rowKeys, editing }: Keymap, columns: number): string[] {
  const keys: (readonly [string, string])[] = rows.map((row) => [row.keys.join(", "), row.help]);
  if (rowKeys !== "") keys.push([rowKeys, "take the command of that row"]);
  if (editing === "vim") keys.push(...VIM_HELP);
  return [...table(keys, columns), "", "What to type:", ...table(languageRows(), columns)];
}

function table(rows: readonly (readonly [string, string])[], columns: number): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  const room = columns - width - GAP.length;
  return rows.flatMap(([name, help]) => {
    if (room < LEAST_BESIDE) {
      const below = wrapWords(help, columns - GAP.length);
      return [...wrapWords(name, columns), ...below.map((line) => GAP + line)];
    }
    const [first = "", ...more] = wrapWords(help, room);
    return [
      `${name.padEnd(width)}${GAP}${first}`,
      ...more.map((line) => " ".repeat(width) + GAP + line),
    ];
  });
}
