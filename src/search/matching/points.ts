/** What the place of a letter is worth: points as in fzf, more at the start of the line and of words. */
import type { Term } from "../query.ts";

export const PER_CHARACTER = 16;
export const AT_LINE_START = 10;
export const AT_WORD_START = 8;
const AT_HUMP = 7; // the B of fooBar
export const WHOLE_WORD = 4;
export const CONSECUTIVE = 4;
export const GAP_START = 3;
export const GAP_MORE = 1;

/** What a byte is to a word: nothing (it separates), small (also digits and all but ASCII), capital. */
const SEPARATES = 0;
const SMALL = 1;
const CAPITAL = 2;
const CLASS = Uint8Array.from({ length: 256 }, (_, b) => {
  if (b >= 0x41 && b <= 0x5a) return CAPITAL;
  const small = b >= 0x80 || (b >= 0x30 && b <= 0x39) || (b >= 0x61 && b <= 0x7a);
  return small ? SMALL : SEPARATES;
});

/** Bonus of a byte by its class and the class of the byte before it. */
const BONUS = Uint8Array.from({ length: 12 }, (_, i) => {
  const before = i >> 2;
  const own = i & 3;
  if (before === SEPARATES && own !== SEPARATES) return AT_WORD_START;
  return before === SMALL && own === CAPITAL ? AT_HUMP : 0;
});

/** Points of a term of `length` bytes that stands without a gap at `at`. */
export function pointsAt(
  text: Uint8Array,
  start: number,
  end: number,
  at: number,
  length: number,
): number {
  const bonus = bonusAt(text, start, at);
  const after = at + length;
  const whole = bonus >= AT_WORD_START && (after === end || CLASS[text[after]!] === SEPARATES);
  return pointsOf(bonus, length) + (whole ? WHOLE_WORD : 0);
}

/** Points of a term without a gap, by the bonus of its first letter. */
export function pointsOf(bonus: number, length: number): number {
  return PER_CHARACTER * length + 2 * bonus + CONSECUTIVE * (length - 1);
}

/** What a letter is worth besides, by what stands before it. */
export function bonusAt(text: Uint8Array, start: number, at: number): number {
  if (at === start) return AT_LINE_START;
  return BONUS[(CLASS[text[at - 1]!]! << 2) | CLASS[text[at]!]!]!;
}

/** Where the term is spelt by the first letters of words, one or more of each. */
export function wordStarts(
  text: Uint8Array,
  start: number,
  end: number,
  { low, up }: Term,
): readonly number[] | undefined {
  const places: number[] = [];
  for (let i = start; i < end; i++) {
    const j = places.length;
    if (text[i] !== low[j] && text[i] !== up[j]) continue;
    const goesOn = j > 0 && places[j - 1] === i - 1;
    if (!goesOn && bonusAt(text, start, i) === 0) continue;
    if (places.push(i) === low.length) return places;
  }
  return undefined;
}
