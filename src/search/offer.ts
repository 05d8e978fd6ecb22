/** Which commands may stand behind what somebody types, to be taken over by a key. */

/** Longer ones would push the prompt about. */
const MAX_OFFER_CHARS = 500;
/** Control and format characters, among them newlines and those that turn the direction of a text. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;
/** What zsh and bash would replace by another command when the line is run. */
const HISTORY_EVENT = /![^\s="'(]/;

/**
 * Whether the command may be offered to somebody who has typed `text`: it goes on from there, and what
 * is seen is what would run. Of several lines the screen has no room to show all.
 */
export function canOffer(command: string, text: string): boolean {
  return command.length > text.length && command.length <= MAX_OFFER_CHARS &&
    command.startsWith(text) && !UNSEEN.test(command) && !HISTORY_EVENT.test(command) &&
    command.trim() !== text.trim();
}
