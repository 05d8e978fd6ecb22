/**
 * Reads a config file that uses no more of TOML than nearly all do: a key, a value and a comment on
 * each line. Everything else, and everything wrong, is left to the library, which alone would cost a
 * fifth of the time of `rr record`; a test holds the two against each other.
 */
import type { ConfigTable } from "./config_file.ts";

// deno-lint-ignore no-control-regex -- TOML refuses exactly these
const REFUSED = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)/;
const TEXT = `"[^"\\\\]*"|'[^']*'`;
const LIST = `\\[[ \\t]*(?:(?:${TEXT})[ \\t]*,[ \\t]*)*(?:(?:${TEXT})[ \\t]*)?\\]`;
const VALUE = `${TEXT}|${LIST}|true|false|0|[1-9][0-9]{0,14}`;
const LINE = new RegExp(`^[ \\t]*(?:([A-Za-z0-9_-]+)[ \\t]*=[ \\t]*(${VALUE})[ \\t]*)?(?:#.*)?$`);
const TEXTS = new RegExp(TEXT, "g");

/** The keys and values, or `undefined` if the library has to read the text. */
export function parsePlainToml(text: string): ConfigTable | undefined {
  if (REFUSED.test(text)) return undefined;
  const table = new Map<string, unknown>();
  for (const line of text.split(/\r?\n/)) {
    const match = LINE.exec(line);
    if (match === null) return undefined;
    const [, key, value] = match;
    if (key === undefined || value === undefined) continue;
    if (table.has(key) || key === "__proto__") return undefined;
    table.set(key, toValue(value));
  }
  return Object.fromEntries(table);
}

function toValue(text: string): unknown {
  switch (text[0]) {
    case '"':
    case "'":
      return text.slice(1, -1);
    case "[":
      return Array.from(text.matchAll(TEXTS), ([part]) => part.slice(1, -1));
    case "t":
      return true;
    case "f":
      return false;
    default:
      return Number(text);
  }
}
