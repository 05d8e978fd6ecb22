/** Opening what covers the list, and the answer to its question. */
import { counted } from "../../base/grouped.ts";
import { commandOf } from "../keys/keymap.ts";
import type { Key } from "../keys/keys.ts";
import type { CommandRuns, PickerState } from "./state.ts";
import { type Step, still } from "./step.ts";
import { withLine } from "./taking.ts";

/** Asks for every run of the selected command. */
export function details(state: PickerState): Step {
  return withLine(state, (line) => {
    const view = { kind: "details", line, runs: undefined, top: 0 } as const;
    return still({ ...state, view }, { kind: "details", line });
  });
}

/** Shows them, if they are still wanted. */
export function onRuns(state: PickerState, line: number, runs: CommandRuns | undefined): Step {
  if (state.view.kind !== "details" || state.view.line !== line) return still(state);
  if (runs === undefined) {
    return still({ ...state, view: { kind: "list" }, notice: "It was deleted meanwhile" });
  }
  return still({ ...state, view: { ...state.view, runs } });
}

/** Asks whether the selected command is to go. */
export function confirm(state: PickerState): Step {
  return withLine(state, (line) => still({ ...state, view: { kind: "confirm", line } }));
}

/** The answer to that question; anything but a yes is a no. */
export function onConfirm(state: PickerState, line: number, key: Key): Step {
  const next: PickerState = { ...state, view: { kind: "list" } };
  const letter = key.kind === "text" ? key.text.toLowerCase() : undefined;
  const command = key.kind === "key" ? commandOf(state.keymap, key.name)?.kind : undefined;
  if (letter === "y" || command === "delete") {
    return still(next, { kind: "delete", line, reach: "everywhere" });
  }
  if (letter === "h") return still(next, { kind: "delete", line, reach: "here" });
  if (command === "cancel") return still(next, { kind: "leave", why: "cancelled" });
  return still({ ...next, notice: "Nothing was deleted" });
}

/** Shows the keys and the language. */
export function help(state: PickerState): Step {
  return still({ ...state, view: { kind: "help", top: 0 } });
}

/** What to say of a deletion. */
export function deletedNotice(count: number, reach: "everywhere" | "here"): string {
  return count > 0 ? `Deleted ${counted(count, "run")}${REACH[reach]}` : "It was gone already";
}

/** Where a command is gone; the picker has no room to name the devices. */
const REACH = {
  everywhere: "; `rr delete --status` tells on which devices (original ones never learn of it)",
  here: " on this device only",
} as const;
