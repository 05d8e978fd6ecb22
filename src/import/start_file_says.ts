/** Where a shell keeps its history, as its start files say: HISTFILE is seldom exported. */
import type { Files } from "../base/world.ts";

/** Reads a variable of the environment. */
export type ReadEnv = (name: string) => string | undefined;

const ASSIGNMENT = /^[ \t]*(?:(?:export|typeset -gx?|declare -gx?)[ \t]+)?HISTFILE=(.*)$/gm;
/** A value without blanks, or in one pair of quotes, and nothing behind it that could change it. */
const VALUE = /^(?:'([^']*)'|"([^"`\\]*)"|([^\s'"`\\;&|<>()#]+))[ \t]*(?:[;#].*)?$/;
const VARIABLE = /\$\{(\w+):?-([^{}]*)\}|\$\{(\w+)\}|\$(\w+)/;
/** A value names no more variables than this, one within the default of another included. */
const MOST_VARIABLES = 8;

/**
 * The last value of HISTFILE in each of these files that can be told without running them; only absolute
 * paths. Files that are not there or not to be read say nothing.
 */
export function histfilesIn(paths: readonly string[], env: ReadEnv, files: Files): string[] {
  return paths.flatMap((path) => {
    const values = Array.from(textOf(path, files).matchAll(ASSIGNMENT), (match) => match[1]!);
    const file = values.length === 0 ? undefined : expanded(values.at(-1)!, env);
    return file?.startsWith("/") ? [file] : [];
  });
}

function textOf(path: string, files: Files): string {
  try {
    return files.stat(path)?.kind === "file" ? files.readText(path) ?? "" : "";
  } catch {
    return "";
  }
}

function expanded(value: string, env: ReadEnv): string | undefined {
  const [, literal, quoted, bare] = VALUE.exec(value.trimEnd()) ?? [];
  if (literal !== undefined) return literal;
  let text = quoted ?? bare?.replace(/^~(?=\/)/, env("HOME") ?? "~");
  for (let left = MOST_VARIABLES; left > 0 && text?.includes("$"); left--) {
    const found = VARIABLE.exec(text);
    if (found === null) return undefined;
    const [whole, withDefault, otherwise, braced, plain] = found;
    const known = env((withDefault ?? braced ?? plain)!) || otherwise;
    if (known === undefined) return undefined;
    text = text.replace(whole, () => known.replace(/^~(?=\/)/, env("HOME") ?? "~"));
  }
  return text?.includes("$") ? undefined : text;
}
