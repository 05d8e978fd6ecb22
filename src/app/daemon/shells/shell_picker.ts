import type { PickRequest } from "../../../control/shell_request.ts";
import type { ForeignTerminal } from "../../../world/foreign_terminal.ts";
import type { History } from "../../../store/file/open_history.ts";

/** Has a person choose on a terminal of theirs. */
export interface ShellPicker {
  /** Whether the daemon is to do so; else the shell starts a process, by the settings of the moment. */
  isWanted(request: PickRequest): boolean;
  /**
   * Resolves to the answer for the widget, or to `undefined`, with nothing drawn, if that is for a
   * process of its own to do.
   */
  pick(
    request: PickRequest,
    terminal: ForeignTerminal,
    history: History,
    signal: AbortSignal,
  ): Promise<string | undefined>;
}
