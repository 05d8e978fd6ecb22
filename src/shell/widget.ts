/** What the widgets of the three shells have in common. */
import type { HookOptions } from "./hook.ts";

/** What a widget is made for. */
export type WidgetOptions = Pick<HookOptions, "upArrow" | "suggest" | "door">;

/**
 * Letters of the line that are handed over as the query. A longer line is no query: the picker opens
 * without one. A word of more than 128 KiB could not even be handed to a program on Linux.
 */
export const MAX_QUERY_CHARS = 1000;

/**
 * Seconds that ctrl-r waits for a daemon that may hang, until it has said who it is. Then a process is
 * started, so a daemon that is only slow is no loss. On two cores with three programs that never rest, and
 * an import, it takes 40 ms (p95), and 82 at most.
 */
export const GREETING_SECONDS = "0.1";

/** Seconds that Up waits for each step of an answer; a usual one takes a millisecond. */
export const WALK_SECONDS = "0.25";

/**
 * What a picker that was killed could not write, for `printf`: leaves the whole screen if it was taken,
 * goes back to the saved place, which is the row below the prompt either way, and wipes what is below.
 * In this order: leaving a screen that was not taken may move the cursor, but not the saved place.
 */
export const TIDY_SCREEN = "\\e[?1049l\\e8\\r\\e[0m\\e[J\\e[1A\\e[0m\\e[?7h\\e[?25h\\e[?2026l";

/** Saves that place before anything is shown: a picker may be killed before it does. */
export const SAVE_PLACE = "\\eD\\e7\\e[1A";

/**
 * Forgets the keys that wait on the terminal, before its settings are put back: they were typed to a picker
 * that no longer heard them, and the shell would run them as a command.
 */
export const DROP_TYPED = "command stty -icanon -isig min 0 time 0 </dev/tty 2>/dev/null; " +
  "command dd bs=65536 count=1 </dev/tty >/dev/null 2>&1";
