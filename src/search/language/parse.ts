/**
 * The query language, the same in the picker and on the command line: filters, words with signs, and
 * `--`, behind which everything is text. A word that looks like a filter but is none is text, too.
 */
import type { FilterClause, RunFilter } from "../../history/run_filter.ts";
import type { QueryText, QueryWord } from "../query.ts";
import { filterOf, type FoundFilter, type QueryPlace } from "./filters.ts";
import { type Token, tokensOf } from "./tokens.ts";

/** What a query means. */
export interface Question {
  /** What the command has to hold. */
  readonly text: QueryText;
  /** Which runs; empty for all. */
  readonly filter: RunFilter;
}

const END = "--";

/** The meaning of a line, as typed in the picker. */
export function parseLine(line: string, place: QueryPlace): Question {
  const tokens = tokensOf(line);
  const { words, found, cut } = sorted(tokens, place);
  // What is left keeps its blanks: a command may have to start with exactly that.
  let whole = "";
  let at = 0;
  for (const { start, end } of cut) {
    whole += line.slice(at, start);
    at = /\s/.test(line[end] ?? "") ? end + 1 : end;
  }
  return { text: { words, whole: whole + line.slice(at) }, filter: filterOfAll(found) };
}

/** The meaning of the words of a command line; a blank in a word is a part of it. */
export function parseWords(given: readonly string[], place: QueryPlace): Question {
  const tokens = given.map((text) => ({ text, start: 0, end: 0 }));
  const { words, found } = sorted(tokens, place);
  const whole = words.map(({ text }) => text).join(" ");
  return { text: { words, whole }, filter: filterOfAll(found) };
}

function sorted(tokens: readonly Token[], place: QueryPlace): {
  readonly words: QueryWord[];
  readonly found: FoundFilter[];
  readonly cut: Token[];
} {
  const words: QueryWord[] = [];
  const found: FoundFilter[] = [];
  const cut: Token[] = [];
  let plain = false;
  for (const token of tokens) {
    const filter = plain ? undefined : filterOf(token.text, place);
    const isEnd: boolean = !plain && token.text === END;
    if (filter !== undefined) found.push(filter);
    else if (!isEnd) words.push({ text: token.text, plain });
    if (filter !== undefined || isEnd) cut.push(token);
    plain ||= isEnd;
  }
  return { words, found, cut };
}

/** Bounds must all hold; of several hosts, folders and the like one must; whatever is negated must not. */
function filterOfAll(found: readonly FoundFilter[]): RunFilter {
  if (found.length === 0) return {};
  const clauses: FilterClause[] = [];
  const either = new Map<FoundFilter["kind"], RunFilter[]>();
  for (const { kind, negated, filter } of found) {
    if (negated || kind.narrows) clauses.push({ anyOf: [filter], negated });
    else either.set(kind, [...either.get(kind) ?? [], filter]);
  }
  for (const anyOf of either.values()) clauses.push({ anyOf, negated: false });
  const since = bounds(found, "sinceMs");
  const until = bounds(found, "untilMs");
  return {
    clauses,
    // Said again for readers that skip what is too old or too new as a whole.
    ...(since.length > 0 && { sinceMs: Math.max(...since) }),
    ...(until.length > 0 && { untilMs: Math.min(...until) }),
  };
}

function bounds(found: readonly FoundFilter[], name: "sinceMs" | "untilMs"): number[] {
  return found.flatMap(({ negated, filter }) => negated ? [] : filter[name] ?? []);
}

/** Both filters must hold. */
export function bothFilters(a: RunFilter, b: RunFilter): RunFilter {
  if (Object.keys(b).length === 0) return a;
  const since = [a.sinceMs, b.sinceMs].filter((ms) => ms !== undefined);
  const until = [a.untilMs, b.untilMs].filter((ms) => ms !== undefined);
  return {
    ...a,
    clauses: [...a.clauses ?? [], { anyOf: [b], negated: false }],
    ...(since.length > 0 && { sinceMs: Math.max(...since) }),
    ...(until.length > 0 && { untilMs: Math.min(...until) }),
  };
}
