/** Where the selection goes, and what of the list is shown then. */
import type { Move } from "../keys/keys.ts";
import { heights } from "../render/layout.ts";
import type { PickerState } from "./state.ts";

/** The place that a move leads to, which may lie beyond the ends; `last` is the last one there is. */
export function placeAfter(
  { selected, size, upward }: PickerState,
  by: Move,
  last: number,
): number {
  const page = Math.max(1, heights(size).list - 1);
  const down = upward ? -1 : 1;
  switch (by) {
    case "older":
      return selected + 1;
    case "newer":
      return selected - 1;
    case "down":
      return selected + down;
    case "up":
      return selected - down;
    case "page-down":
      return selected + down * page;
    case "page-up":
      return selected - down * page;
    case "newest":
      return 0;
    case "oldest":
      return last;
  }
}

/** The selection kept on the screen, scrolling no more than needed. */
export function scrolled(state: PickerState): PickerState {
  const height = Math.max(1, heights(state.size).list);
  const { selected } = state;
  const lowest = Math.max(0, state.results.lines.length - height);
  const top = Math.max(selected - height + 1, Math.min(state.top, selected, lowest));
  return top === state.top ? state : { ...state, top };
}
