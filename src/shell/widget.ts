/** What the ctrl-r and Up widgets of the three shells have in common. */
import type { HookOptions } from "./hook.ts";

/** What a widget is made for. */
export type WidgetOptions = Pick<HookOptions, "upArrow" | "door">;

/**
 * Letters of the line that are handed over as the query. A longer line is no query: the picker opens
 * without one. A word of more than 128 KiB could not even be handed to a program on Linux.
 */
export const MAX_QUERY_CHARS = 1000;

/**
 * Terminals with fewer rows are used whole. Here the picker and the widgets, which clean up behind a
 * picker that was killed, have to agree.
 */
export const INLINE_FROM_ROWS = 14;
