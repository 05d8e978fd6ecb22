/**
 * One text in the spellings that a query may mean: accents composed or not are the same letter, and a
 * letter typed without an accent finds the one with it.
 */
import { decode } from "../../base/bytes.ts";

/** Accents and the like on Latin, Greek and Cyrillic letters; vowel signs of other scripts are no accents. */
const ACCENTS = /[\u0300-\u036f]/g;
/** Letters of Latin alphabets whose stroke (or missing dot) is part of them for Unicode, but not for who types. */
const STRUCK = /[đĐøØłŁħĦŧŦı]/g;
const UNSTRUCK: Readonly<Record<string, string>> = {
  ...{ đ: "d", Đ: "D", ø: "o", Ø: "O", ł: "l", Ł: "L" },
  ...{ ħ: "h", Ħ: "H", ŧ: "t", Ŧ: "T", ı: "i" },
};
// deno-lint-ignore no-control-regex -- the range of ASCII
const NOT_ASCII = /[^\x00-\x7f]/;

const ENCODER = new TextEncoder();

/** The text with letters and their accents as one character each where there is one. */
export function composed(text: string): string {
  return NOT_ASCII.test(text) ? text.normalize("NFC") : text;
}

/** The text without accents. */
export function bare(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  return text.normalize("NFD").replace(ACCENTS, "").normalize("NFC")
    .replace(STRUCK, (letter) => UNSTRUCK[letter]!);
}

/** Whether any letter of it has an accent. */
export function hasAccents(text: string): boolean {
  return NOT_ASCII.test(text) && bare(text) !== composed(text);
}

/** UTF-8 of both spellings of one text. */
export interface Spellings {
  readonly composed: Uint8Array;
  readonly bare: Uint8Array;
}

/** The spellings of a text in UTF-8; `undefined` if both are the text itself, as for all of ASCII. */
export function spellingsOf(bytes: Uint8Array): Spellings | undefined {
  const text = decode(bytes);
  const whole = composed(text);
  const plain = bare(text);
  if (whole === text && plain === text) return undefined;
  return { composed: ENCODER.encode(whole), bare: ENCODER.encode(plain) };
}

/** A spelling of a text, and where each of its bytes comes from. */
export interface Traced {
  readonly bytes: Uint8Array;
  /** For each byte the first UTF-16 unit of its character, marks included, in the text, and the one after it. */
  readonly from: Uint32Array;
  readonly to: Uint32Array;
}

/** The spelling `spell` of a text, character by character. */
export function traced(text: string, spell: (text: string) => string): Traced {
  const bytes: number[] = [];
  const from: number[] = [];
  const to: number[] = [];
  const add = (piece: string, start: number, end: number): void => {
    for (const byte of ENCODER.encode(piece)) {
      bytes.push(byte);
      from.push(start);
      to.push(end);
    }
  };
  if (!NOT_ASCII.test(text)) {
    const same = ENCODER.encode(text);
    const index = Uint32Array.from(same, (_, i) => i);
    return { bytes: same, from: index, to: index.map((i) => i + 1) };
  }
  for (const match of text.matchAll(clusters())) {
    const spelt = spell(match[0]);
    const start = match.index;
    const end = start + match[0].length;
    // A character that stays as it is keeps its marks apart: each is found where it stands.
    if (spelt === match[0]) {
      let at = start;
      for (const char of spelt) {
        add(char, at, at + char.length);
        at += char.length;
      }
    } else {
      add(spelt, start, end);
    }
  }
  return {
    bytes: Uint8Array.from(bytes),
    from: Uint32Array.from(from),
    to: Uint32Array.from(to),
  };
}

// A character with what belongs to it: marks, and the later parts of a decomposed Hangul syllable. Made
// where it is needed: to read the classes of Unicode takes a while, and most commands are ASCII.
function clusters(): RegExp {
  return /[^\p{M}\u1160-\u11ff][\p{M}\u1160-\u11ff]*|[\p{M}\u1160-\u11ff]+/gu;
}
