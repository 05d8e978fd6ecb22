/**
 * Reads a config file that uses no more of TOML than nearly all do: a key, a value and a comment on
 * each line. Everything else, and everything wrong, is left to the library, which alone would cost a
 * fifth of the time of `rr record`; a test holds the two against each other.
 */
import type { ConfigTable } from "./config_file.ts";

// deno-lint-ignore no-control-regex -- TOML refuses exactly these
const REFUSED = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)/;
/**
 * A line, the value by its first sign; what it is exactly is looked at next. One pattern for all would take
 * twice as long to compile, which each start does anew.
 */
const LINE =
  /^[ \t]*(?:([A-Za-z0-9_-]+)[ \t]*=[ \t]*("[^"\\]*"|'[^']*'|\[.*\]|[a-z0-9]+)[ \t]*)?(?:#.*)?$/;
const WORD = /^(?:true|false|0|[1-9][0-9]{0,14})$/;
const LIST = /^\[[ \t]*(?:(?:"[^"\\]*"|'[^']*')[ \t]*,[ \t]*)*(?:(?:"[^"\\]*"|'[^']*')[ \t]*)?\]$/;
const TEXTS = /"[^"\\]*"|'[^']*'/g;

/** The keys and values, or `undefined` if the library has to read the text. */
export function parsePlainToml(text: string): ConfigTable | undefined {
  if (REFUSED.test(text)) return undefined;
  const table = new Map<string, unknown>();
  for (const ended of text.split("\n")) {
    const line = ended.endsWith("\r") ? ended.slice(0, -1) : ended;
    if (line === "" || line[0] === "#") continue;
    const match = LINE.exec(line);
    if (match === null) return undefined;
    const [, key, written] = match;
    if (key === undefined || written === undefined) continue;
    const value = toValue(written);
    if (value === undefined || table.has(key) || key === "__proto__") return undefined;
    table.set(key, value);
  }
  return Object.fromEntries(table);
}

function toValue(text: string): unknown {
  switch (text[0]) {
    case '"':
    case "'":
      return text.slice(1, -1);
    case "[":
      return LIST.test(text)
        ? Array.from(text.matchAll(TEXTS), ([part]) => part.slice(1, -1))
        : undefined;
    default:
      if (!WORD.test(text)) return undefined;
      return text === "true" || (text === "false" ? false : Number(text));
  }
}
