/** Which key does what, and the same table as the help that people read. */
import type { ChoiceAction, Scope } from "../state/scope.ts";
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
  /** `acceptsAtEnd`: at the end of the query it takes the selected command for editing instead. */
  | { readonly kind: "edit"; readonly action: EditAction; readonly acceptsAtEnd?: boolean }
  | { readonly kind: "move"; readonly by: Move }
  | { readonly kind: "scope"; readonly scope: Scope | "next" }
  /** Takes the selected command; without an action as `search_enter` says. */
  | { readonly kind: "accept"; readonly action?: ChoiceAction; readonly completes?: boolean }
  | { readonly kind: "ok-only" | "mode" | "details" | "delete" }
  | { readonly kind: "row"; readonly row: number }
  | { readonly kind: "failed-only" | "order" | "copy" | "pin" | "in-folder" | "choose-host" }
  /** Leaves with what was typed as the line. */
  | { readonly kind: "keep-query" }
  | { readonly kind: "help" | "escape" | "cancel" | "redraw" };

/** One line of the help. */
export interface KeyHelp {
  /** How it is called in `picker_keys`. */
  readonly action: string;
  readonly keys: readonly string[];
  readonly command: Command;
  readonly help: string;
}

const edit = (action: EditAction): Command => ({ kind: "edit", action });
const scope = (to: Scope | "next"): Command => ({ kind: "scope", scope: to });

/** Every action of the list with its usual keys, in the order of the help. */
export const KEYS: readonly KeyHelp[] = [
  row("accept", "enter", { kind: "accept" }, "take the command: edit or run, as search_enter says"),
  row(
    "edit",
    "tab",
    { kind: "accept", action: "edit", completes: true },
    "edit it on the prompt; complete a filter",
  ),
  row("run", "alt-enter", { kind: "accept", action: "run" }, "run it at once"),
  row("keep-query", "alt-q", { kind: "keep-query" }, "take what you typed, as it is"),
  row("older", "ctrl-r", { kind: "move", by: "older" }, "next older or less fitting"),
  row("newer", "ctrl-s", { kind: "move", by: "newer" }, "next newer or better"),
  row("down", "down ctrl-n", { kind: "move", by: "down" }, "down"),
  row("up", "up ctrl-p", { kind: "move", by: "up" }, "up"),
  row("page-down", "pagedown ctrl-v", { kind: "move", by: "page-down" }, "a page down"),
  row("page-up", "pageup alt-v", { kind: "move", by: "page-up" }, "a page up"),
  row("first", "alt-< ctrl-home", { kind: "move", by: "newest" }, "first of the list"),
  row("last", "alt-> ctrl-end", { kind: "move", by: "oldest" }, "last of the list"),
  row("match", "ctrl-t alt-m f8", { kind: "mode" }, "match: fuzzy, substring, prefix"),
  row("all", "f2 alt-a", scope("all"), "all commands"),
  row("host", "f3 alt-h", scope("host"), "of this host"),
  row("folder", "f4 alt-d", scope("directory"), "run in this directory"),
  row("workspace", "f5 alt-g", scope("workspace"), "run in this git workspace"),
  row("session", "f6 alt-s", scope("session"), "of this session"),
  row("next-scope", "ctrl-x", scope("next"), "next of these five"),
  row("ok-only", "f7 alt-o", { kind: "ok-only" }, "only runs that succeeded"),
  row("failed-only", "alt-e", { kind: "failed-only" }, "only runs that failed"),
  row("order", "f9 alt-r", { kind: "order" }, "newest first, or what is likely to be wanted"),
  row("choose-host", "alt-w", { kind: "choose-host" }, "choose a host"),
  row("in-folder", "alt-i", { kind: "in-folder" }, "take it with cd to its folder before it"),
  row("pin", "alt-p f10", { kind: "pin" }, "pin it: listed first, on this device; or no more"),
  row("copy", "ctrl-y alt-c", { kind: "copy" }, "copy it to the clipboard"),
  row("details", "ctrl-o", { kind: "details" }, "every run: when, where, how it ended"),
  row("delete", "ctrl-d", { kind: "delete" }, "delete it: all its runs"),
  row("help", "f1 alt-?", { kind: "help" }, "this help; also ? in an empty line"),
  row("back", "escape", { kind: "escape" }, "back; leave without a command"),
  row("leave", "ctrl-c ctrl-g", { kind: "cancel" }, "leave without a command"),
  row("redraw", "ctrl-l", { kind: "redraw" }, "draw again"),
  row("line-start", "ctrl-a home", edit("line-start"), "to the start of the line"),
  row("line-end", "ctrl-e end", edit("line-end"), "to its end"),
  row("left", "left ctrl-b", edit("left"), "a letter left"),
  row(
    "right",
    "right ctrl-f",
    { kind: "edit", action: "right", acceptsAtEnd: true },
    "a letter right; at the end: edit the command",
  ),
  row("word-left", "alt-b ctrl-left alt-left", edit("word-left"), "a word left"),
  row("word-right", "alt-f ctrl-right alt-right", edit("word-right"), "a word right"),
  row("delete-back", "backspace ctrl-h", edit("delete-back"), "delete the letter before"),
  row("delete-forward", "delete", edit("delete-forward"), "delete the letter under the cursor"),
  row(
    "delete-word-back",
    "ctrl-w alt-backspace",
    edit("delete-word-back"),
    "delete the word before",
  ),
  row("delete-to-start", "ctrl-u", edit("delete-to-start"), "delete to the start"),
  row("delete-to-end", "ctrl-k", edit("delete-to-end"), "delete to the end"),
];

/** Rows that have a key of their own. */
const NUMBERED_ROWS = 9;

/** The actions `row-1` to `row-9` with their keys; one line of the help stands for all of them. */
export const ROW_KEYS: readonly KeyHelp[] = Array.from(
  { length: NUMBERED_ROWS },
  (_, i) => row(`row-${i + 1}`, `alt-${i + 1}`, { kind: "row", row: i }, "take that row"),
);

function row(action: string, keys: string, command: Command, help: string): KeyHelp {
  return { action, keys: keys.split(" "), command, help };
}
