/** The picker's only rule: a state and an event give the next state and what is to be done. */
import { asksForPins } from "../../history/run_filter.ts";
import { MATCH_MODES } from "../../search/query.ts";
import { commandOf } from "../keys/keymap.ts";
import type { Command, Key, Move } from "../keys/keys.ts";
import { type PickerEvent, type Step, still } from "./step.ts";
import { confirm, deletedNotice, details, help, onConfirm, onRuns } from "./views.ts";
import { completeFilter, isFilterBegun } from "./filter_completion.ts";
import { accept, acceptRow, chosenInFolder, keepQuery, withLine } from "./taking.ts";
import { placeAfter, scrolled } from "./moves.ts";
import { edit, insert, type Line } from "../keys/line_edit.ts";
import { pageOf } from "../render/pages.ts";
import { nextScope, oneAfter, only } from "./filter_keys.ts";
import { leavesInsert, normalStep } from "../keys/vim.ts";
import {
  asQuery,
  atLeastOne,
  type Filter,
  FIRST_LIMIT,
  type PickerState,
  type Results,
  selectedLine,
  withQuery,
} from "./state.ts";
import type { Scope } from "./scope.ts";
import type { Names } from "../../search/language/complete.ts";

/** The next state, and what is to be done. Pure: the same state and event give the same step. */
export function reduce(state: PickerState, event: PickerEvent): Step {
  switch (event.kind) {
    case "key":
      return onKey(
        { ...state, notice: undefined, pending: undefined, skipsEmpty: false },
        event.key,
      );
    case "resize":
      return still(scrolled({ ...state, size: atLeastOne(event.size) }));
    case "results":
      return onResults(state, event.results);
    case "runs":
      return onRuns(state, event.line, event.runs);
    case "deleted":
      return searchAgain({
        ...state,
        notice: deletedNotice(event.count, event.reach),
      });
    case "pinned":
      return pinned({ ...state, notice: event.isPinned ? PINNED : "It is not pinned any more" });
    case "copied":
      return still({ ...state, notice: COPIED[event.to] });
    case "names":
      return completed(state, event.names, event.home);
    case "failed":
      return still({ ...state, view: { kind: "list" }, notice: event.message });
  }
}

function onKey(state: PickerState, key: Key): Step {
  if (state.view.kind === "confirm") return onConfirm(state, state.view.line, key);
  if (state.view.kind !== "list") return onPage(state, key);
  if (leavesInsert(state, key)) return still({ ...state, normal: { begun: "" } });
  if (state.normal && key.kind !== "paste") return onNormalKey(state, state.normal.begun, key);
  if (key.kind === "key") {
    const command = commandOf(state.keymap, key.name);
    return command ? onCommand(state, command) : still(state);
  }
  if (key.kind === "text" && key.text === "?" && state.query === "") return help(state);
  return typed(state, insert(state, asQuery(key.text)));
}

/** A letter as vim takes it; all other keys are what they always are. */
function onNormalKey(state: PickerState, begun: string, key: Key): Step {
  const letters = key.kind === "text" ? [...key.text] : [];
  // Typed so fast that they came together: each may change what the next one means.
  if (letters.length > 1) {
    return inTurn(state, letters.map((text) => (at) => onKey(at, { kind: "text", text })));
  }
  const { commands, begun: next, inserts } = normalStep(begun, key, state.keymap);
  const after = { ...state, normal: inserts ? undefined : { begun: next } };
  return inTurn(after, commands.map((command) => (at) => onCommand(at, command)));
}

function inTurn(state: PickerState, steps: readonly ((state: PickerState) => Step)[]): Step {
  return steps.reduce<Step>((before, step) => {
    const { state: next, effects } = step(before.state);
    return { state: next, effects: [...before.effects, ...effects] };
  }, still(state));
}

function onCommand(state: PickerState, command: Command): Step {
  switch (command.kind) {
    case "edit":
      return command.acceptsAtEnd && state.cursor === state.query.length
        ? accept(state, "edit")
        : typed(state, edit(state, command.action));
    case "move":
      return moved(state, command.by);
    case "accept":
      if (command.completes && isFilterBegun(state)) return still(state, { kind: "complete" });
      return accept(state, command.action ?? state.enter);
    case "keep-query":
      return keepQuery(state);
    case "row":
      return acceptRow(state, command.row);
    case "in-folder":
      return withLine(state, (line) => chosenInFolder(state, line));
    case "scope":
      return scoped(state, command.scope);
    case "ok-only":
      return filtered(state, { ...state.filter, ...only("okOnly", state.filter) });
    case "failed-only":
      return filtered(state, { ...state.filter, ...only("failedOnly", state.filter) });
    case "order":
      return reordered(state);
    case "copy":
      return withLine(state, (line) => still(state, { kind: "copy", line }));
    case "pin":
      return withLine(state, (line) => still(state, { kind: "pin", line }));
    case "choose-host":
      return chooseHost(state);
    case "mode":
      return searchAgain(fresh({ ...state, mode: oneAfter(MATCH_MODES, state.mode) }));
    case "details":
      return details(state);
    case "delete":
      return confirm(state);
    case "help":
      return help(state);
    case "redraw":
      return still(state, { kind: "redraw" });
    case "escape":
    case "cancel":
      return still(state, { kind: "leave", why: "cancelled" });
  }
}

function scoped(state: PickerState, wanted: Scope | "next"): Step {
  const scope = nextScope(state.filter, wanted);
  return filtered({ ...state, skipsEmpty: wanted === "next" }, { ...state.filter, scope });
}

/** Another set of commands: the lines of the old one mean nothing in it. */
function filtered(state: PickerState, filter: Filter): Step {
  const results = { ...state.results, lines: [], count: 0, total: 0, complete: false };
  return searchAgain(fresh({ ...state, filter, results }));
}

function typed(state: PickerState, line: Line): Step {
  const next = { ...state, query: line.query, cursor: line.cursor };
  if (line.query === state.query) return still(next);
  const filter = withQuery(state.filter, line.query, state.place);
  return filter === state.filter ? searchAgain(fresh(next)) : filtered(next, filter);
}

function reordered(state: PickerState): Step {
  const newestFirst = !state.filter.newestFirst;
  const { state: next, effects } = filtered(state, { ...state.filter, newestFirst });
  return still(next, ...effects, { kind: "keep-order", newestFirst });
}

/** Where pins decide what is listed, the list is another one; the selection keeps its place. */
function pinned(state: PickerState): Step {
  if (!asksForPins(state.filter.runs ?? {})) return still(state);
  const { selected, top } = state;
  const { state: next, effects } = filtered(state, { ...state.filter });
  return still({ ...next, selected, top, moved: true }, ...effects);
}

/** The word before the cursor as far as all names agree; what there is to choose from at the bottom. */
function completed(state: PickerState, names: Names, home: string | undefined): Step {
  const { line, notice } = completeFilter(state, names, home);
  if (line === undefined) return still({ ...state, notice });
  const step = typed(state, line);
  return notice === undefined ? step : still({ ...step.state, notice }, ...step.effects);
}

function chooseHost(state: PickerState): Step {
  const { query, cursor } = state;
  const blank = cursor === 0 || /\s$/.test(query.slice(0, cursor)) ? "" : " ";
  const next = insert({ query, cursor }, `${blank}host:`);
  // Alone it means this host: not searched for until a name is there.
  return still({ ...state, query: next.query, cursor: next.cursor }, { kind: "complete" });
}

/** Another question: the best answer is wanted, not the line that was selected. */
function fresh(state: PickerState): PickerState {
  return { ...state, selected: 0, top: 0, moved: false, limit: FIRST_LIMIT };
}

function searchAgain(state: PickerState): Step {
  return still({ ...state, generation: state.generation + 1 }, { kind: "search" });
}

function onResults(state: PickerState, results: Results): Step {
  if (results.generation !== state.generation) return still(state);
  if (state.skipsEmpty && results.complete && results.total === 0 && state.filter.scope !== "all") {
    return filtered(state, { ...state.filter, scope: nextScope(state.filter, "next") });
  }
  const kept = state.moved ? results.lines.indexOf(selectedLine(state) ?? -1) : -1;
  // Half an answer without the selected line would only make the selection jump.
  if (state.moved && kept < 0 && !results.complete) return still(state);
  const place = kept >= 0 ? kept : state.moved ? state.selected : 0;
  const selected = Math.max(0, Math.min(place, results.lines.length - 1));
  const next = scrolled({ ...state, results, selected });
  if (next.pending === undefined || !isSettled(next)) return still(next);
  return accept({ ...next, pending: undefined }, next.pending);
}

/** Whether the first line stays the first: by recency it is final at once, by score at the end. */
function isSettled({ results, mode, query }: PickerState): boolean {
  const byRecency = mode !== "fuzzy" || query.trim() === "";
  return results.complete || (byRecency && results.lines.length > 0);
}

function moved(state: PickerState, by: Move): Step {
  const { results, selected } = state;
  const last = results.lines.length - 1;
  const wanted = placeAfter(state, by, last);
  const isBelowNewest = state.leavesBelow && by === "down" && selected === 0;
  if (isBelowNewest) return still(state, { kind: "leave", why: "cancelled" });
  const place = Math.max(0, Math.min(wanted, last));
  const next = scrolled({ ...state, selected: place, moved: true });
  if (place < last || results.lines.length >= results.count) return still(next);
  if (results.lines.length < state.limit) return still(next);
  return searchAgain({ ...next, limit: state.limit * 4 });
}

/** Keys while the help or the details cover the list. */
function onPage(state: PickerState, key: Key): Step {
  const command = pageCommand(state, key);
  switch (command?.kind) {
    case "cancel":
      return still(state, { kind: "leave", why: "cancelled" });
    case "move":
      return still({ ...state, view: pageOf(state, command.by) });
    case "accept":
      return state.view.kind === "details"
        ? onCommand({ ...state, view: { kind: "list" } }, command)
        : still({ ...state, view: { kind: "list" } });
    case "delete":
      return state.view.kind === "details"
        ? confirm({ ...state, view: { kind: "list" } })
        : still(state);
    case "redraw":
      return still(state, { kind: "redraw" });
    case undefined:
      return key.kind === "key" ? still(state) : still({ ...state, view: { kind: "list" } });
    default:
      return still({ ...state, view: { kind: "list" } });
  }
}

// A page has nothing to type into: with the keys of vim letters move it.
function pageCommand({ keymap }: PickerState, key: Key): Command | undefined {
  if (key.kind === "key") return commandOf(keymap, key.name);
  if (keymap.editing !== "vim" || key.kind !== "text") return undefined;
  return normalStep("", key, keymap).commands.find(({ kind }) => kind === "move");
}

const PINNED = "Pinned: listed first from the next time on, on all devices";
const COPIED = {
  "clipboard": "Copied to the clipboard",
  "tmux": "Copied to the clipboard, and to tmux",
  "ignorant-tmux": "Sent to tmux, which takes it with `set -s set-clipboard on`",
  "nowhere": "Not copied: it is too long for a clipboard",
} as const;
