import type { PickRequest } from "../../../control/shell_request.ts";
import type { ForeignTerminal } from "../../../world/foreign_terminal.ts";
import type { History } from "../../../store/file/open_history.ts";

/** Has a person choose on a terminal of theirs. */
export interface ShellPicker {
  /** A picker, by the settings of the moment; `undefined` if the shell is to start a process instead. */
  open(request: PickRequest, history: History): OpenShellPicker | undefined;
  /**
   * The history has changed: reads what the next pickers will show first, where there were some of late.
   * A few milliseconds at a time.
   */
  readAhead(history: History, signal: AbortSignal): Promise<void>;
}

/** Has a person choose on a terminal; resolves to the answer for the widget. */
export type OpenShellPicker = (terminal: ForeignTerminal, signal: AbortSignal) => Promise<string>;
