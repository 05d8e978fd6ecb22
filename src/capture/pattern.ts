/** `record_ignore_regex`: a pattern of a person or of a config file from elsewhere, in linear time. */
import { RrError } from "../base/rr_error.ts";
import { parse } from "./regex/parse.ts";
import { compile } from "./regex/program.ts";
import { Search } from "./regex/search.ts";
import { PatternError } from "./regex/syntax.ts";

/** Tells whether a pattern occurs anywhere in a text, in time linear in the text. */
export type Matcher = (text: string) => boolean;

// Longer ones are a mistake, and the size of the compiled program grows with them.
export const MAX_PATTERN_CHARS = 4096;

/**
 * Compiles a pattern in the syntax of Rust's `regex` crate, which the original uses, with the same
 * meaning: `\b`, `\w`, `\d` and `\s` are those of Unicode, classes may be nested and combined. It is an
 * engine of our own, as a pattern that leaves out less here than there would record secrets.
 *
 * @throws {RrError} `config` with the reason
 */
export function compilePattern(pattern: string): Matcher {
  try {
    if (pattern.length > MAX_PATTERN_CHARS) {
      throw new PatternError(`it is longer than ${MAX_PATTERN_CHARS} characters`);
    }
    const search = new Search(compile(parse(pattern)));
    return (text) => search.test(text);
  } catch (error) {
    if (error instanceof PatternError) throw refusal(pattern, error);
    throw error;
  }
}

function refusal(pattern: string, cause: PatternError): RrError {
  const shown = pattern.length > 80 ? `${pattern.slice(0, 80)}...` : pattern;
  return new RrError("config", `Cannot use the ignore pattern "${shown}": ${cause.message}`, {
    cause,
    hint: "Correct record_ignore_regex (or RUSTORY_RECORD_IGNORE_REGEX), or remove it",
  });
}
