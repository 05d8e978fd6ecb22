/**
 * Text from histories made harmless for a terminal, visibly: what was there stays to be seen.
 *
 * Commands, folders and host names come from other machines. An escape sequence in them could retitle
 * the window, fill the clipboard (OSC 52) or hide what a command does (bidi overrides, zero width).
 */

/**
 * Control characters (C0, DEL, C1), soft hyphen, bidi marks, embeddings, overrides and isolates, line
 * and paragraph separators, zero width space, word joiner and other invisible operators, Hangul
 * fillers, byte order mark, interlinear marks, tags. U+200C and U+200D stay: Persian and emoji need them.
 */
const HARMFUL =
  // deno-lint-ignore no-control-regex -- exactly these must not reach a terminal
  /[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** The text with every harmful character replaced by one visible character of one column. */
export function printable(text: string): string {
  return text.toWellFormed().replace(HARMFUL, visible);
}

/** As {@linkcode printable}, for a terminal that has no more than ASCII for what is replaced. */
export function printablePlain(text: string): string {
  return text.toWellFormed().replace(HARMFUL, (char) => char === "\t" ? " " : "?");
}

/** Longest value that a message repeats: a pasted file must not fill the screen. */
const MOST_QUOTED_CHARS = 60;

/** A value for a message: in quotes, on one line, and cut where it is long. */
export function quoted(value: string): string {
  const chars = [...value];
  return chars.length <= MOST_QUOTED_CHARS
    ? JSON.stringify(value)
    : JSON.stringify(`${chars.slice(0, MOST_QUOTED_CHARS).join("")}...`);
}

/** Control characters up to 0x1f are escaped in any JSON; newlines between its values stay. */
export function printableJson(json: string): string {
  return json.replace(HARMFUL, (char) => char < " " ? char : escaped(char));
}

function escaped(char: string): string {
  const units = Array.from({ length: char.length }, (_, i) => char.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

function visible(char: string): string {
  const code = char.codePointAt(0)!;
  if (char === "\n") return "\u21b5"; // ↵
  if (char === "\t") return " ";
  if (code < 0x20) return String.fromCharCode(0x2400 + code); // ␀ to ␟
  return code === 0x7f ? "\u2421" : "\ufffd"; // ␡ and �
}
