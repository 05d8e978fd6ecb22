/** Leaving with a command, or with what was typed. */
import { heights } from "../render/layout.ts";
import type { ChoiceAction } from "./scope.ts";
import { type PickerState, selectedLine } from "./state.ts";
import { type Step, still } from "./step.ts";

/** Takes the selected command; where nothing matches, what was typed is kept. */
export function accept(state: PickerState, action: ChoiceAction): Step {
  const { results, generation } = state;
  const line = selectedLine(state);
  // What is on the screen belongs to an older query, or to none: the choice waits for the answer.
  const stale = results.generation !== generation || (line === undefined && !results.complete);
  if (stale) return still({ ...state, pending: action });
  if (line !== undefined) return still(state, { kind: "choose", line, action });
  return keptOr(state, "nothing");
}

/**
 * Leaves with what was typed as the line; with nothing typed the line stays. So does the one that the
 * picker was opened on, which may have had more lines than the query shows.
 */
export function keepQuery(state: PickerState): Step {
  return keptOr(state, "cancelled");
}

function keptOr(state: PickerState, why: "cancelled" | "nothing"): Step {
  const { query, firstQuery } = state;
  const isTyped = query.trim() !== "" && query !== firstQuery;
  return still(state, isTyped ? { kind: "keep", text: query } : { kind: "leave", why });
}

/** Takes the command of a row, counted from the query line. */
export function acceptRow(state: PickerState, row: number): Step {
  const selected = state.top + row;
  if (selected >= state.results.lines.length || row >= heights(state.size).list) {
    return still(state);
  }
  return accept({ ...state, selected, moved: true }, state.enter);
}

/** Takes the command of a line with its folder before it. */
export function chosenInFolder(state: PickerState, line: number): Step {
  return still(state, { kind: "choose", line, action: "edit", inFolder: true });
}

/** The step for the selected line, if it belongs to the query as it is now. */
export function withLine(state: PickerState, step: (line: number) => Step): Step {
  const line = selectedLine(state);
  return line === undefined || state.results.generation !== state.generation
    ? still(state)
    : step(line);
}
