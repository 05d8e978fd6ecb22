/** What happens to the picker, and what it makes of it. */
import type { Key } from "../keys/keys.ts";
import type { ChoiceAction } from "./scope.ts";
import type { CommandRuns, PickerState, Results, Size } from "./state.ts";
import type { Names } from "../../search/language/complete.ts";

/** Where a copied command went, as far as anybody can tell: a terminal does not answer. */
export type CopiedTo = "clipboard" | "tmux" | "ignorant-tmux" | "nowhere";

/** What happens to the picker. */
export type PickerEvent =
  | { readonly kind: "key"; readonly key: Key }
  | { readonly kind: "resize"; readonly size: Size }
  /** More of the answer to a search. */
  | { readonly kind: "results"; readonly results: Results }
  /** The answer to `details`; `undefined` if the command is gone. */
  | { readonly kind: "runs"; readonly line: number; readonly runs: CommandRuns | undefined }
  /** The answer to `delete`. */
  | {
    readonly kind: "deleted";
    readonly line: number;
    readonly count: number;
    readonly reach: "everywhere" | "here";
  }
  /** The answer to `pin`. */
  | { readonly kind: "pinned"; readonly isPinned: boolean }
  /** The answer to `copy`. */
  | { readonly kind: "copied"; readonly to: CopiedTo }
  /** The answer to `complete`. */
  | { readonly kind: "names"; readonly names: Names; readonly home: string | undefined }
  /** Something asked for did not work; the picker goes on. */
  | { readonly kind: "failed"; readonly message: string };

/** What the driver has to do. */
export type Effect =
  /** Search for the query of the new state, under its generation. */
  | { readonly kind: "search" }
  | { readonly kind: "details"; readonly line: number }
  | { readonly kind: "delete"; readonly line: number; readonly reach: "everywhere" | "here" }
  | { readonly kind: "redraw" }
  | {
    readonly kind: "choose";
    readonly line: number;
    readonly action: ChoiceAction;
    readonly inFolder?: boolean;
  }
  | { readonly kind: "copy" | "pin"; readonly line: number }
  /** Tell of the hosts and folders that there are. */
  | { readonly kind: "complete" }
  | { readonly kind: "keep-order"; readonly newestFirst: boolean }
  /** Over: what was typed matches nothing, and is kept. */
  | { readonly kind: "keep"; readonly text: string }
  /** Over: with `cancelled`, or `nothing` if a choice was asked for and nothing matches. */
  | { readonly kind: "leave"; readonly why: "cancelled" | "nothing" };

/** The next state, and what to do. */
export interface Step {
  readonly state: PickerState;
  readonly effects: readonly Effect[];
}

/** The state as the next one, and what is to be done. */
export function still(state: PickerState, ...effects: Effect[]): Step {
  return { state, effects };
}
