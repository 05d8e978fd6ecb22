/** Finds words in command texts. */
import type { Database } from "../file/database.ts";
import type { OwnNumbers } from "./dictionary.ts";
import { type TextBlock, textBlocks } from "./texts.ts";
import type { TextQuery } from "../../history/text_query.ts";

/** Whether a command is wanted, by the number that the reader has for it. */
export function textFilter(
  db: Database,
  reader: { readonly own: OwnNumbers },
  text: TextQuery,
): (id: number) => boolean {
  const { firstCommand, texts } = reader.own;
  const stored = matchingTexts(db, text, firstCommand);
  const own: boolean[] = [];
  return (id) =>
    id < firstCommand
      ? stored[id] === 1
      : own[id - firstCommand] ??= text.test(texts[id - firstCommand] ?? "");
}

/** Numbers of all stored texts that match, as a table of 0 and 1. */
function matchingTexts(db: Database, query: TextQuery, count: number): Uint8Array {
  const matching = new Uint8Array(count);
  const searches = [highByteSearch(query)];
  if (!query.beyondAscii) searches.push(byteSearch(query));
  for (const block of textBlocks(db)) for (const search of searches) search(block, matching);
  return matching;
}

type Search = (block: TextBlock, matching: Uint8Array) => void;

const UTF8 = new TextDecoder();
const ENCODER = new TextEncoder();

// Bytes with ASCII letters in lower case; the bytes of other letters never look like ASCII.
const LOWER = Uint8Array.from({ length: 256 }, (_, b) => b >= 65 && b <= 90 ? b + 32 : b);
// What is rare in commands is worth looking for first.
const COMMON = "etaionsrlcdupmgh -./_fbky01wv2=jx\"'qz3456789";

/**
 * Searches the bytes of all texts of a block at once, about 1 ns a byte, and decodes only the texts that
 * hold all literals.
 */
function byteSearch({ literals, test }: TextQuery): Search {
  const needles = literals.map((word) => ENCODER.encode(word));
  needles.sort((a, b) => rarity(b) - rarity(a));
  const [first = EMPTY, ...others] = needles;
  return ({ firstId, ends, bytes }, matching) => {
    for (let i = 0, at = 0; i < ends.length; i++) {
      at = indexOf(bytes, first, at, bytes.length);
      if (at === -1) return;
      while (ends[i]! <= at && i < ends.length - 1) i++;
      const start = i === 0 ? 0 : ends[i - 1]!;
      const end = ends[i]!;
      // A hit across the border of two texts is none; go on in the second one.
      if (at + first.length > end) {
        at++;
        i--;
        continue;
      }
      if (others.every((word) => indexOf(bytes, word, start, end) !== -1)) {
        if (test(UTF8.decode(bytes.subarray(start, end)))) matching[firstId + i] = 1;
      }
      at = end;
    }
  };
}

const EMPTY = new Uint8Array(0);

/** Literals say nothing of a text beyond ASCII; few are, so those are decoded. */
function highByteSearch({ test }: TextQuery): Search {
  return ({ firstId, ends, bytes }, matching) => {
    for (let at = 0, i = 0; at < bytes.length; at++) {
      if (bytes[at]! < 0x80) continue;
      while (ends[i]! <= at) i++;
      const text = UTF8.decode(bytes.subarray(i === 0 ? 0 : ends[i - 1]!, ends[i]!));
      if (test(text)) matching[firstId + i] = 1;
      at = ends[i]! - 1;
    }
  };
}

function indexOf(
  bytes: Uint8Array,
  needle: Uint8Array,
  from: number,
  to: number,
): number {
  if (needle.length === 0) return from;
  const anchor = anchorOf(needle);
  const rare = needle[anchor]!;
  const last = to - needle.length + anchor;
  outer: for (let at = from + anchor; at <= last; at++) {
    if (LOWER[bytes[at]!] !== rare) continue;
    const start = at - anchor;
    for (let k = 0; k < needle.length; k++) {
      if (LOWER[bytes[start + k]!] !== needle[k]) continue outer;
    }
    return start;
  }
  return -1;
}

function anchorOf(needle: Uint8Array): number {
  let best = 0;
  for (let i = 1; i < needle.length; i++) {
    if (rank(needle[i]!) > rank(needle[best]!)) best = i;
  }
  return best;
}

function rarity(needle: Uint8Array): number {
  return rank(needle[anchorOf(needle)]!) + needle.length;
}

const RANKS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const at = COMMON.indexOf(String.fromCharCode(LOWER[byte]!));
  return at === -1 ? COMMON.length : at;
});

function rank(byte: number): number {
  return RANKS[byte]!;
}
