/** By what a deleted command is known again where only its text tells it: in a history without times. */
import { sha1 } from "./sha1.ts";

/** Few enough bits for a number of JavaScript, and enough that no two commands of a person are mixed up. */
const MARK_BYTES = 6;

const utf8 = new TextEncoder();

/**
 * A number that tells the command again, and nothing else of it but whether a guess is right.
 *
 * @param salt another one in each history, so that no list of such numbers can be prepared
 */
export function deletedMark(command: string, salt: string): number {
  const digest = sha1(utf8.encode(`${salt}\0${command.trim()}`));
  return digest.subarray(0, MARK_BYTES).reduce((mark, byte) => mark * 256 + byte, 0);
}
