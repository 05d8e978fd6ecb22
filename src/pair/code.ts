/** Pairing codes such as `7-guitar-planet`: a mailbox number and two words. */
import type { Random } from "../base/random.ts";
import { RrError } from "../base/rr_error.ts";
import { mostSimilar } from "../base/similar.ts";
import { WORDS } from "./words.ts";

/**
 * Largest mailbox number. The number is no secret: it only keeps codes apart that are open at the same
 * tracker or on the same network at the same time.
 */
export const MAX_NUMBER = 999;
/** Numbers up to here are tried first, since a short one is easier to say. */
const SHORT_NUMBERS = 9;
/** How often a short number is tried before any number will do. */
const SHORT_TRIES = 2;

const RANK = new Map(WORDS.map((word, index) => [word, index]));

/** A code that was made or typed, in its one spelling. */
export interface PairCode {
  /** Which mailbox, 1 to {@linkcode MAX_NUMBER}. Not secret. */
  readonly number: number;
  /** The secret: two words of the list, 22 bits. */
  readonly words: readonly [string, string];
}

/** A fresh code; `attempt` counts from 0, for numbers that are taken. */
export function createCode(random: Random, attempt = 0): PairCode {
  const highest = attempt < SHORT_TRIES ? SHORT_NUMBERS : MAX_NUMBER;
  return {
    number: 1 + draw(random, highest),
    words: [WORDS[draw(random, WORDS.length)]!, WORDS[draw(random, WORDS.length)]!],
  };
}

/** The code as it is shown and typed. */
export function formatCode({ number, words }: PairCode): string {
  return `${number}-${words[0]}-${words[1]}`;
}

/**
 * The code that was typed: case does not matter, and blanks, any kind of dash, `_`, `.` or `,` may stand
 * between the parts; quotes around it and `rr pair` before it are passed over. A word of which the
 * first four letters are right is taken.
 *
 * @throws {RrError} `usage`, naming the part that is wrong, with the word that was probably meant
 */
export function parseCode(text: string): PairCode {
  const parts = text.normalize("NFKC").toLowerCase().split(/[\s\p{Pd}\p{Pi}\p{Pf}_.,"'`]+/u)
    .filter((part) => part !== "");
  if (parts[0] === "rr" && parts[1] === "pair") parts.splice(0, 2);
  const [number, first, second] = parts;
  if (parts.length !== 3 || first === undefined || second === undefined) {
    throw refused(text, "it must be a number and two words");
  }
  if (!/^\d{1,3}$/.test(number!) || Number(number) < 1) {
    throw refused(text, `it must begin with a number of 1 to ${MAX_NUMBER}`);
  }
  return { number: Number(number), words: [knownWord(first, text), knownWord(second, text)] };
}

/** Words that complete what has been typed of a code, as whole codes: for Tab. */
export function completeCode(typed: string): string[] {
  const match = /^(\d{1,3})-(?:([a-z]+)-)?([a-z]*)$/i.exec(typed);
  if (!match) return [];
  const [, number, first, part = ""] = match;
  if (first !== undefined && !RANK.has(first.toLowerCase())) return [];
  const head = first === undefined ? `${number}-` : `${number}-${first.toLowerCase()}-`;
  const tail = first === undefined ? "-" : "";
  const start = part.toLowerCase();
  return WORDS.filter((word) => word.startsWith(start)).map((word) => `${head}${word}${tail}`);
}

/** A number in 0 to `below` - 1, every one equally likely; `below` is at most 65,536. */
function draw(random: Random, below: number): number {
  const limit = 65_536 - 65_536 % below;
  for (;;) {
    const [high, low] = random.bytes(2);
    const value = high! * 256 + low!;
    if (value < limit) return value % below;
  }
}

/** Letters that tell every word of the list from all others. */
const TELLING_LETTERS = 4;

function knownWord(typed: string, text: string): string {
  if (RANK.has(typed)) return typed;
  const likely = typed.length >= TELLING_LETTERS && WORDS.find((word) => word.startsWith(typed));
  if (likely) return likely;
  const near = mostSimilar(typed, WORDS);
  const question = near === undefined ? "" : `: did you mean "${near}"?`;
  throw refused(text, `"${typed}" is not one of its words${question}`);
}

function refused(text: string, why: string): RrError {
  return new RrError("usage", `Cannot use the code "${text.trim().slice(0, 80)}": ${why}`, {
    hint: "Type it as `rr pair` shows it on the other machine, such as 7-guitar-planet",
  });
}
