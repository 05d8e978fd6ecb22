/** Which key does what, and the same table as the help that people read. */
import type { ChoiceAction, Scope } from "./state.ts";
import type { EditAction } from "./line_edit.ts";

/** What came from the keyboard. */
export type Key =
  /** Letters, one or more. */
  | { readonly kind: "text"; readonly text: string }
  /** Pasted text, as one piece. */
  | { readonly kind: "paste"; readonly text: string }
  /** A named key such as `enter`, `up`, `f1`, `ctrl-r`, `alt-b` or `ctrl-left`. */
  | { readonly kind: "key"; readonly name: string };

/** How to move: on the screen, or in time. */
export type Move =
  | "up"
  | "down"
  | "page-up"
  | "page-down"
  | "newer"
  | "older"
  | "newest"
  | "oldest";

/** What a named key means. */
export type Command =
  | { readonly kind: "edit"; readonly action: EditAction }
  | { readonly kind: "move"; readonly by: Move }
  | { readonly kind: "scope"; readonly scope: Scope | "next" }
  /** Takes the selected command; without an action as `search_enter` says. */
  | { readonly kind: "accept"; readonly action?: ChoiceAction; readonly completes?: boolean }
  | { readonly kind: "ok-only" | "mode" | "details" | "delete" }
  | { readonly kind: "row"; readonly row: number }
  | { readonly kind: "failed-only" | "order" | "copy" | "in-folder" | "choose-host" }
  | { readonly kind: "help" | "escape" | "cancel" | "redraw" };

/** One line of the help. */
export interface KeyHelp {
  readonly keys: readonly string[];
  readonly command: Command;
  readonly help: string;
}

const edit = (action: EditAction): Command => ({ kind: "edit", action });
const scope = (to: Scope | "next"): Command => ({ kind: "scope", scope: to });

/** Every key of the list, in the order of the help. */
export const KEYS: readonly KeyHelp[] = [
  row("enter", { kind: "accept" }, "take the command: to edit or to run, as search_enter says"),
  row(
    "tab",
    { kind: "accept", action: "edit", completes: true },
    "edit it on the prompt; complete a filter",
  ),
  row("alt-enter", { kind: "accept", action: "run" }, "run it at once"),
  row("ctrl-r", { kind: "move", by: "older" }, "next older or less fitting"),
  row("ctrl-s", { kind: "move", by: "newer" }, "next newer or better"),
  row("down ctrl-n", { kind: "move", by: "down" }, "down"),
  row("up ctrl-p", { kind: "move", by: "up" }, "up"),
  row("pagedown ctrl-v", { kind: "move", by: "page-down" }, "a page down"),
  row("pageup alt-v", { kind: "move", by: "page-up" }, "a page up"),
  row("alt-< ctrl-home", { kind: "move", by: "newest" }, "first of the list"),
  row("alt-> ctrl-end", { kind: "move", by: "oldest" }, "last of the list"),
  row("ctrl-t alt-m f8", { kind: "mode" }, "match: fuzzy, substring, prefix"),
  row("f2 alt-a", scope("all"), "all commands"),
  row("f3 alt-h", scope("host"), "of this host"),
  row("f4 alt-d", scope("directory"), "run in this directory"),
  row("f5 alt-g", scope("workspace"), "run in this git workspace"),
  row("f6 alt-s", scope("session"), "of this session"),
  row("ctrl-x", scope("next"), "next of these five"),
  row("f7 alt-o", { kind: "ok-only" }, "only runs that succeeded"),
  row("alt-e", { kind: "failed-only" }, "only runs that failed"),
  row("f9 alt-r", { kind: "order" }, "newest first, or what is likely to be wanted"),
  row("alt-w", { kind: "choose-host" }, "choose a host"),
  row("alt-i", { kind: "in-folder" }, "take it with cd to its folder before it"),
  row("ctrl-y alt-c", { kind: "copy" }, "copy it to the clipboard"),
  row("ctrl-o", { kind: "details" }, "every run: when, where, how it ended"),
  row("ctrl-d", { kind: "delete" }, "delete it: all its runs"),
  row("f1 alt-?", { kind: "help" }, "this help; also ? in an empty line"),
  row("escape", { kind: "escape" }, "back; leave without a command"),
  row("ctrl-c ctrl-g", { kind: "cancel" }, "leave without a command"),
  row("ctrl-l", { kind: "redraw" }, "draw again"),
  row("ctrl-a home", edit("line-start"), "to the start of the line"),
  row("ctrl-e end", edit("line-end"), "to its end"),
  row("left ctrl-b", edit("left"), "a letter left"),
  row("right ctrl-f", edit("right"), "a letter right"),
  row("alt-b ctrl-left alt-left", edit("word-left"), "a word left"),
  row("alt-f ctrl-right alt-right", edit("word-right"), "a word right"),
  row("backspace ctrl-h", edit("delete-back"), "delete the letter before"),
  row("delete", edit("delete-forward"), "delete the letter under the cursor"),
  row("ctrl-w alt-backspace", edit("delete-word-back"), "delete the word before"),
  row("ctrl-u", edit("delete-to-start"), "delete to the start"),
  row("ctrl-k", edit("delete-to-end"), "delete to the end"),
];

/** Rows that have a key of their own. */
const NUMBERED_ROWS = 9;

function row(keys: string, command: Command, help: string): KeyHelp {
  return { keys: keys.split(" "), command, help };
}

const COMMANDS: ReadonlyMap<string, Command> = new Map(
  KEYS.flatMap(({ keys, command }) => keys.map((key) => [key, command] as const)),
);

const ROWS: ReadonlyMap<string, Command> = new Map(
  Array.from({ length: NUMBERED_ROWS }, (_, i) => [`alt-${i + 1}`, { kind: "row", row: i }]),
);

/** What a named key means; `undefined` if nothing. */
export function commandOf(name: string): Command | undefined {
  return COMMANDS.get(name) ?? ROWS.get(name);
}
