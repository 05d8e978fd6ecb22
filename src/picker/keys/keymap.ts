/** Which key does what once a person's own keys are taken in. */
import type { Binding } from "../choices.ts";
import { type Command, type KeyHelp, KEYS, ROW_KEYS } from "./keys.ts";

/** How the query line is edited: `emacs`, or `vim` with a mode in which letters are commands. */
export type Editing = "emacs" | "vim";

/** Every key and what it does. */
export interface Keymap {
  readonly editing: Editing;
  /** The actions that have a key, in the order of the help. */
  readonly rows: readonly KeyHelp[];
  /** The keys of the rows of the list, as `alt-1 to alt-9` or one by one. */
  readonly rowKeys: string;
  readonly commands: ReadonlyMap<string, Command>;
}

/** The keys as they are unless told otherwise, with `bindings` in place of what they name. */
export function keymapOf(bindings: readonly Binding[] = [], editing: Editing = "emacs"): Keymap {
  const taken = new Set(bindings.map(({ key }) => key));
  const bound = (one: KeyHelp): KeyHelp => {
    const own = bindings.filter(({ action }) => action === one.action).map(({ key }) => key);
    return { ...one, keys: [...own, ...one.keys.filter((key) => !taken.has(key))] };
  };
  const rows = KEYS.map(bound).filter(({ keys }) => keys.length > 0);
  const numbered = ROW_KEYS.map(bound);
  return {
    editing,
    rows,
    rowKeys: namesOf(numbered),
    commands: new Map(
      [...rows, ...numbered].flatMap(({ keys, command }) =>
        keys.map((key) => [key, command] as const)
      ),
    ),
  };
}

function namesOf(rows: readonly KeyHelp[]): string {
  const isUsual = rows.every(({ keys }, i) => keys.join() === ROW_KEYS[i]!.keys.join());
  if (isUsual) return `${ROW_KEYS[0]!.keys[0]} to ${ROW_KEYS.at(-1)!.keys[0]}`;
  return rows.flatMap(({ keys }) => keys).join(", ");
}

/** The keys as they are unless told otherwise. */
export const USUAL_KEYS: Keymap = keymapOf();

/** What a named key means; `undefined` if nothing. */
export function commandOf({ commands }: Keymap, name: string): Command | undefined {
  return commands.get(name);
}

/** The first key of an action; `undefined` if it has none. */
export function keyOfAction({ rows }: Keymap, action: string): string | undefined {
  return rows.find((row) => row.action === action)?.keys[0];
}
