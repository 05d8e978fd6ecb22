/** Whose runs count, and what becomes of the choice: words that keys and states have in common. */

/** Whose runs count, in the order of the scope key. */
export const SCOPES = ["all", "host", "directory", "workspace", "session"] as const;
/**
 * One of {@linkcode SCOPES}.
 *
 * - `host`: runs on this device
 * - `directory`: runs in exactly this folder
 * - `workspace`: runs in this git work tree; outside of one, in this folder and all below it
 * - `session`: runs of this shell session
 */
export type Scope = typeof SCOPES[number];

/** What to do with the chosen command: put it on the prompt, or run it at once. */
export type ChoiceAction = "edit" | "run";
