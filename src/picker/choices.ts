/**
 * What a person may choose about the picker, as words of the config file. All functions that read
 * such a word throw a `SyntaxError` whose message completes "expected ...".
 */
import { mostSimilar } from "../base/similar.ts";
import { twoOfOne } from "../base/two_of_one.ts";
import { KEYS, ROW_KEYS } from "./keys/keys.ts";

/** How much of the terminal is taken: all of it, a share of its rows, or so many rows. */
export type Height =
  | { readonly kind: "full" }
  | { readonly kind: "share"; readonly percent: number }
  | { readonly kind: "rows"; readonly rows: number };

/** Fewest rows that can be asked for: the query, a command, and what is said at the bottom. */
const FEWEST_ROWS = 3;
const MOST_ROWS = 999;

/** Reads `full`, `70%` or a number of rows. */
export function parseHeight(text: string): Height {
  const value = Number(/^\d{1,3}/.exec(text)?.[0] ?? NaN);
  if (text.toLowerCase() === "full" || text === "100%") return { kind: "full" };
  if (/^\d{1,3}%$/.test(text) && value >= 1 && value <= 100) {
    return { kind: "share", percent: value };
  }
  if (/^\d{1,3}$/.test(text) && value >= FEWEST_ROWS && value <= MOST_ROWS) {
    return { kind: "rows", rows: value };
  }
  throw new SyntaxError(
    `"full", a share of the screen such as "70%", or a number of rows from ${FEWEST_ROWS} to ${MOST_ROWS}`,
  );
}

/** What can be shown beside a command, most important first. */
export const COLUMN_NAMES = ["time", "exit", "duration", "host", "folder"] as const;
/** One of {@linkcode COLUMN_NAMES}. */
export type ColumnName = typeof COLUMN_NAMES[number];

/** In place of all names: nothing is shown beside a command. */
const NO_COLUMNS = "none";

/** Checks the words of the list of columns. */
export function checkColumns(words: readonly string[]): void {
  words.forEach(checkColumn);
  const twice = twoOfOne(words, (word) => word)?.[0];
  if (twice !== undefined) throw new SyntaxError(`each column once, not "${twice}" twice`);
  const shown = words.find(isColumn);
  if (words.includes(NO_COLUMNS) && shown !== undefined) {
    throw new SyntaxError(`either "${NO_COLUMNS}" alone or columns such as "${shown}", not both`);
  }
}

function checkColumn(word: string): void {
  if (isColumn(word) || word === NO_COLUMNS) return;
  const names = COLUMN_NAMES.map((name) => `"${name}"`).join(", ");
  throw new SyntaxError(`a list of ${names}, or "${NO_COLUMNS}"`);
}

/** The columns of a list of checked words. */
export function columnsOf(words: readonly string[]): readonly ColumnName[] {
  return words.filter(isColumn);
}

function isColumn(word: string): word is ColumnName {
  return (COLUMN_NAMES as readonly string[]).includes(word);
}

/** A key and the action that it is given. */
export interface Binding {
  /** As `Key` names them: `ctrl-f`, `alt-enter`, `f5`. */
  readonly key: string;
  /** An action of the help, or {@linkcode NO_ACTION}. */
  readonly action: string;
}

/** The action of a key that is to do nothing. */
const NO_ACTION = "none";
/** The key that leaves whatever else is bound: nobody can lock himself in. */
const ALWAYS_LEAVES = "ctrl-c";

const NAMED_KEY = "enter|tab|escape|backspace|delete|insert|up|down|left|right|home|end|" +
  "pageup|pagedown|f[1-9]|f1[0-2]";
const KEY = new RegExp(
  `^(?:(?:ctrl-)?(?:alt-)?(?:${NAMED_KEY})|shift-tab|(?:ctrl-alt-|ctrl-|alt-)\\S)$`,
  "u",
);

/** Keys that a terminal cannot tell apart; the second is the name that they go by. */
const SAME_KEYS: ReadonlyMap<string, string> = new Map([
  ["ctrl-i", "tab"],
  ["ctrl-m", "enter"],
  ["ctrl-j", "enter"],
  ["ctrl-[", "escape"],
]);

/** Reads `ctrl-f=page-down` and the like, each key once by whatever of its names. */
export function parseBindings(texts: readonly string[]): readonly Binding[] {
  const two = twoOfOne(texts, (text) => parseBinding(text).key);
  if (two === undefined) return texts.map(parseBinding);
  const key = parseBinding(two[0]).key;
  throw new SyntaxError(`each key once: leave out "${two[0]}" or "${two[1]}", both are ${key}`);
}

/** Reads `ctrl-f=page-down`. */
export function parseBinding(text: string): Binding {
  const at = text.lastIndexOf("=");
  const written = text.slice(0, at).trim();
  const action = text.slice(at + 1).trim().toLowerCase();
  // Of letters that go with alt, a capital is another key.
  const named = /^[a-z]+(?:-[a-z]+)*-\S$/iu.test(written)
    ? written.slice(0, -1).toLowerCase() + written.slice(-1)
    : written.toLowerCase();
  const lower = named.startsWith("ctrl-") ? named.toLowerCase() : named;
  const key = SAME_KEYS.get(lower) ?? lower;
  if (at < 0 || !KEY.test(key)) {
    throw new SyntaxError('KEY=ACTION, such as "ctrl-f=page-down", "alt-enter=edit" or "f12=none"');
  }
  if (key === ALWAYS_LEAVES) throw new SyntaxError("another key: ctrl-c always leaves");
  if (!isAction(action)) {
    const similar = mostSimilar(action, actionNames());
    const meant = similar === undefined ? "docs/search.md lists them" : `did you mean ${similar}?`;
    throw new SyntaxError(`an action in place of "${action}" (${meant})`);
  }
  return { key, action };
}

function actionNames(): string[] {
  return [...KEYS, ...ROW_KEYS].map(({ action }) => action);
}

function isAction(word: string): boolean {
  return word === NO_ACTION || actionNames().includes(word);
}
