import type { PickRequest } from "../../../control/shell_request.ts";
import type { ForeignTerminal } from "../../../world/foreign_terminal.ts";
import type { History } from "../../../store/file/open_history.ts";

/** Has a person choose on a terminal of theirs. */
export interface ShellPicker {
  /** A picker, by the settings of the moment; `undefined` if the shell is to start a process instead. */
  open(request: PickRequest, history: History): OpenShellPicker | undefined;
  /**
   * The daemon has started: has a picker drawn where nobody sees it. What runs for the first time is
   * compiled meanwhile, which takes several times as long as a person should wait for the first one.
   */
  warmUp(history: History, signal: AbortSignal): Promise<void>;
  /**
   * The history has changed: reads what the next pickers will show first, where there were some of late.
   * A few milliseconds at a time.
   */
  readAhead(history: History, signal: AbortSignal): Promise<void>;
}

/** Has a person choose on a terminal; resolves to the answer for the widget. */
export type OpenShellPicker = (terminal: ForeignTerminal, signal: AbortSignal) => Promise<string>;
