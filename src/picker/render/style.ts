/** Styles as people write them, `bold green on-#303030`, to what a terminal takes. */
import { twoOfOne } from "../../base/two_of_one.ts";

/** The parts of the picker that have a style. */
export const STYLED_PARTS = [
  "match",
  "match-selected",
  "selected",
  "dim",
  "failed",
  "prompt",
  "notice",
] as const;
/** One of {@linkcode STYLED_PARTS}. */
export type StyledPart = typeof STYLED_PARTS[number];

/** How a part looks: parameters of SGR, such as `1;33`; empty for plain text. */
export interface PartStyle {
  readonly part: StyledPart;
  readonly sgr: string;
}

const ATTRIBUTES: Readonly<Record<string, string>> = {
  bold: "1",
  dim: "2",
  italic: "3",
  underline: "4",
  reverse: "7",
};

const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/** Reads `match=bold green` and the like, each part once; throws as {@linkcode parsePartStyle}. */
export function parsePartStyles(texts: readonly string[]): readonly PartStyle[] {
  const two = twoOfOne(texts, (text) => parsePartStyle(text).part);
  if (two === undefined) return texts.map(parsePartStyle);
  throw new SyntaxError(`each part once: leave out "${two[0]}" or "${two[1]}"`);
}

/**
 * Reads `match=bold green`.
 *
 * @throws {SyntaxError} whose message completes "expected ..."
 */
export function parsePartStyle(text: string): PartStyle {
  const at = text.indexOf("=");
  const part = STYLED_PARTS.find((name) => name === text.slice(0, at).trim().toLowerCase());
  if (part === undefined) {
    throw new SyntaxError(`PART=STYLE, where the part is one of ${STYLED_PARTS.join(", ")}`);
  }
  const words = text.slice(at + 1).trim().toLowerCase().split(/\s+/);
  if (words.join() === "plain") return { part, sgr: "" };
  const parameters = words.map(parameterOf);
  const isColour = (word: string): boolean => ATTRIBUTES[word] === undefined;
  const two = twoOfOne(words.filter(isColour), (word) => word.startsWith("on-") ? "on" : "letters");
  if (two === undefined) return { part, sgr: parameters.join(";") };
  throw new SyntaxError(
    `one colour of the letters and one of the ground for "${part}": leave out "${two[0]}" or "${
      two[1]
    }"`,
  );
}

function parameterOf(word: string): string {
  const isGround = word.startsWith("on-");
  const parameter = ATTRIBUTES[word] ?? colourOf(isGround ? word.slice(3) : word, isGround);
  if (parameter !== undefined) return parameter;
  throw new SyntaxError(
    `a style of ${Object.keys(ATTRIBUTES).join(", ")}, plain, and colours such as green, ` +
      "bright-blue, 208, #ff8800 or on-blue",
  );
}

function colourOf(word: string, isGround: boolean): string | undefined {
  const isBright = word.startsWith("bright-");
  const place = COLOURS.indexOf(isBright ? word.slice("bright-".length) : word);
  if (place >= 0) return String((isBright ? 90 : 30) + (isGround ? 10 : 0) + place);
  const long = isGround ? "48" : "38";
  if (/^\d{1,3}$/.test(word) && Number(word) < 256) return `${long};5;${Number(word)}`;
  const parts = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/.exec(word)?.slice(1);
  return parts && `${long};2;${parts.map((part) => parseInt(part, 16)).join(";")}`;
}
