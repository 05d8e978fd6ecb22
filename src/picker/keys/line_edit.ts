/** The query line and the usual keys of emacs on it. */
import { isAttached } from "../../search/matching/glyphs.ts";

/** A text and a place in it, in UTF-16 units, never inside a character. */
export interface Line {
  readonly query: string;
  readonly cursor: number;
}

/** What can be done with a line besides typing. */
export type EditAction =
  | "left"
  | "right"
  | "word-left"
  | "word-right"
  | "line-start"
  | "line-end"
  | "delete-back"
  | "delete-forward"
  | "delete-word-back"
  | "delete-to-start"
  | "delete-to-end";

/** Puts `text` at the cursor. */
export function insert(line: Line, text: string): Line {
  const { query, cursor } = line;
  return {
    query: query.slice(0, cursor) + text + query.slice(cursor),
    cursor: cursor + text.length,
  };
}

/** Carries out an action; at the ends of the line it changes nothing. */
export function edit(line: Line, action: EditAction): Line {
  const { query, cursor } = line;
  switch (action) {
    case "left":
      return { query, cursor: before(query, cursor) };
    case "right":
      return { query, cursor: after(query, cursor) };
    case "word-left":
      return { query, cursor: wordStart(query, cursor) };
    case "word-right":
      return { query, cursor: wordEnd(query, cursor) };
    case "line-start":
      return { query, cursor: 0 };
    case "line-end":
      return { query, cursor: query.length };
    case "delete-back":
      return cut(query, before(query, cursor), cursor);
    case "delete-forward":
      return cut(query, cursor, after(query, cursor));
    case "delete-word-back":
      return cut(query, blankStart(query, cursor), cursor);
    case "delete-to-start":
      return cut(query, 0, cursor);
    case "delete-to-end":
      return cut(query, cursor, query.length);
  }
}

function cut(query: string, from: number, to: number): Line {
  return { query: query.slice(0, from) + query.slice(to), cursor: from };
}

// A letter with its marks goes as one.
function before(query: string, cursor: number): number {
  let at = cursor;
  while (at > 0) {
    at -= lastCharacter(query, at).length;
    if (!isAttached(characterAt(query, at), query.slice(0, at))) break;
  }
  return at;
}

function after(query: string, cursor: number): number {
  let at = cursor + characterAt(query, cursor).length;
  while (at < query.length) {
    const next = characterAt(query, at);
    if (!isAttached(next, query.slice(0, at))) break;
    at += next.length;
  }
  return at;
}

function characterAt(query: string, at: number): string {
  const code = query.codePointAt(at);
  return code === undefined ? "" : String.fromCodePoint(code);
}

function lastCharacter(query: string, end: number): string {
  const low = query.charCodeAt(end - 1);
  const pair = end > 1 && low >= 0xdc00 && low <= 0xdfff;
  return query.slice(end - (pair ? 2 : 1), end);
}

const WORD = /[\p{L}\p{N}\p{M}]/u;

function wordStart(query: string, cursor: number): number {
  let at = cursor;
  while (at > 0 && !WORD.test(lastCharacter(query, at))) at -= lastCharacter(query, at).length;
  while (at > 0 && WORD.test(lastCharacter(query, at))) at -= lastCharacter(query, at).length;
  return at;
}

function wordEnd(query: string, cursor: number): number {
  let at = cursor;
  while (at < query.length && !WORD.test(characterAt(query, at))) {
    at += characterAt(query, at).length;
  }
  while (at < query.length && WORD.test(characterAt(query, at))) {
    at += characterAt(query, at).length;
  }
  return at;
}

// As ctrl-w in a shell: up to a blank, not up to a word of letters.
function blankStart(query: string, cursor: number): number {
  return query.slice(0, cursor).trimEnd().search(/\S*$/u);
}
