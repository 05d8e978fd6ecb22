/** The letters of vim's normal mode, as far as one line and a list have a use for them. */
import { commandOf, type Keymap } from "./keymap.ts";
import type { Command, Key, Move } from "./keys.ts";
import type { EditAction } from "./line_edit.ts";
import type { PickerState } from "../state/state.ts";

/** What a key does in normal mode. */
export interface NormalStep {
  readonly commands: readonly Command[];
  /** The first letter of a command of two. */
  readonly begun: string;
  /** Typing goes into the query again. */
  readonly inserts: boolean;
}

const edit = (...actions: EditAction[]): readonly Command[] =>
  actions.map((action) => ({ kind: "edit", action }));
const move = (by: Move): readonly Command[] => [{ kind: "move", by }];

const COMMANDS: ReadonlyMap<string, readonly Command[]> = new Map([
  ["j", move("down")],
  ["k", move("up")],
  ["gg", move("newest")],
  ["G", move("oldest")],
  ["h", edit("left")],
  ["l", edit("right")],
  ["w", edit("word-right")],
  ["e", edit("word-right")],
  ["b", edit("word-left")],
  ["0", edit("line-start")],
  ["^", edit("line-start")],
  ["$", edit("line-end")],
  ["x", edit("delete-forward")],
  ["X", edit("delete-back")],
  ["D", edit("delete-to-end")],
  ["dd", edit("line-end", "delete-to-start")],
  ["?", [{ kind: "help" }]],
  ["q", [{ kind: "cancel" }]],
]);

/** What comes before the query is typed into again. */
const INSERTING: ReadonlyMap<string, readonly Command[]> = new Map([
  ["i", []],
  ["/", []],
  ["a", edit("right")],
  ["I", edit("line-start")],
  ["A", edit("line-end")],
  ["C", edit("delete-to-end")],
  ["S", edit("line-end", "delete-to-start")],
  ["cc", edit("line-end", "delete-to-start")],
]);

/** Keys with ctrl that mean something else in normal mode. */
const PAGES: ReadonlyMap<string, readonly Command[]> = new Map([
  ["ctrl-d", move("page-down")],
  ["ctrl-f", move("page-down")],
  ["ctrl-u", move("page-up")],
  ["ctrl-b", move("page-up")],
]);

/** Letters that wait for a second one. */
const FIRST_LETTERS: readonly string[] = ["g", "d", "c"];

/** For the help, under the keys. */
export const VIM_HELP: readonly (readonly [keys: string, help: string])[] = [
  ["escape", "letters are commands (vim); once more: leave"],
  ["j, k, gg, G", "there: down, up, first, last; ctrl-d and ctrl-u a page"],
  ["h, l, w, b, 0, $", "there: move in what is typed"],
  ["x, D, dd, cc, C", "there: delete from it"],
  ["i, a, I, A, /", "there: type again"],
  ["q", "there: leave"],
];

/** Whether the key ends typing: Esc with the keys of vim. */
export function leavesInsert({ keymap, normal }: PickerState, key: Key): boolean {
  return keymap.editing === "vim" && normal === undefined && key.kind === "key" &&
    commandOf(keymap, key.name)?.kind === "escape";
}

/** What a letter, or a key with a name, does where `begun` has been typed before. */
export function normalStep(begun: string, key: Key, keymap: Keymap): NormalStep {
  if (key.kind === "key") {
    const command = commandOf(keymap, key.name);
    const commands = PAGES.get(key.name) ?? (command === undefined ? [] : [command]);
    return { commands, begun: "", inserts: false };
  }
  const word = begun + key.text;
  if (FIRST_LETTERS.includes(word)) return { commands: [], begun: word, inserts: false };
  const inserting = INSERTING.get(word);
  if (inserting !== undefined) return { commands: inserting, begun: "", inserts: true };
  return { commands: COMMANDS.get(word) ?? [], begun: "", inserts: false };
}
