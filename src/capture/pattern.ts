/** `record_ignore_regex`: a pattern of a person or of a config file from elsewhere, in linear time. */
import { RrError, toError } from "../base/rr_error.ts";

/** Tells whether a pattern occurs anywhere in a text, in time linear in the text. */
export type Matcher = (text: string) => boolean;

// Longer ones are a mistake, and the size of the compiled program grows with them.
const MAX_PATTERN_CHARS = 4096;

/**
 * Compiles a pattern in the syntax of Rust's `regex` crate, which the original uses, as far as RE2
 * shares it: no look-around, no back-references, flags such as `(?i)` at the start.
 *
 * Loads its library only now (17 ms, and 12 ms for the first pattern), since most people have no
 * pattern at all.
 *
 * @throws {RrError} `config` with the reason
 */
export async function compilePattern(pattern: string): Promise<Matcher> {
  const unsupported = reasonAgainst(pattern);
  if (unsupported !== undefined) throw refusal(pattern, unsupported);
  const { RE2JS } = await import("re2js");
  try {
    const compiled = RE2JS.compile(withoutUnicodeFlag(pattern));
    return (text) => compiled.test(text);
  } catch (error) {
    const reason = toError(error).message.replace(/^error parsing regexp: /, "");
    throw refusal(pattern, reason, error);
  }
}

// Syntax that RE2 would take for something else than Rust does, without a word.
function reasonAgainst(pattern: string): string | undefined {
  if (pattern.length > MAX_PATTERN_CHARS) {
    return `it is longer than ${MAX_PATTERN_CHARS} characters`;
  }
  if (/\[[^\]]*(?:&&|~~|--)/.test(pattern)) return "set operations in [...] are not supported";
  if (/\\b\{/.test(pattern)) return "\\b{...} is not supported";
  if (/\(\?[a-wyz]*x[a-z]*[:)]/.test(pattern)) return "the flag x (verbose mode) is not supported";
  return undefined;
}

// Unicode is always on; Rust lets people say so.
function withoutUnicodeFlag(pattern: string): string {
  return pattern.replace(/\(\?([imsU]*)u([imsU]*)([:)])/g, (_, before, after, end) => {
    const flags = `${before}${after}`;
    return flags === "" && end === ")" ? "" : `(?${flags}${end}`;
  });
}

function refusal(pattern: string, reason: string, cause?: unknown): RrError {
  const shown = pattern.length > 80 ? `${pattern.slice(0, 80)}...` : pattern;
  return new RrError("config", `Cannot use the ignore pattern "${shown}": ${reason}`, {
    cause,
    hint: "Correct record_ignore_regex (or RUSTORY_RECORD_IGNORE_REGEX), or remove it",
  });
}
