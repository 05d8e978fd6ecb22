/**
 * The syntax of Rust's `regex` crate (its version 1.12), all of it but what needs the properties Age,
 * Grapheme_Cluster_Break, Word_Break and Sentence_Break.
 */
import { literal, perlClass } from "./chars.ts";
import { parseClass } from "./parse_class.ts";
import { outside, parseEscape } from "./parse_escape.ts";
import { Reader } from "./reader.ts";
import { type CharTest, type Flags, type Node, PatternError, type Place } from "./syntax.ts";

const NO_FLAGS: Flags = {
  ignoreCase: false,
  multiLine: false,
  dotAll: false,
  crlf: false,
  verbose: false,
  unicode: true,
};
/** Also Rust's bound. */
const MOST_DEPTH = 250;
const EMPTY: Node = { kind: "empty" };

/** Reads a whole pattern. @throws {PatternError} saying what is wrong with it */
export function parse(pattern: string): Node {
  const reader = new Reader(pattern);
  const node = parseChoice(reader, { flags: NO_FLAGS, depth: 0 });
  if (!reader.isAtEnd) throw new PatternError("a ) has no (");
  return node;
}

/** Where the parser stands; flags change for the rest of the group they are set in. */
interface Group {
  flags: Flags;
  readonly depth: number;
}

function parseChoice(reader: Reader, group: Group): Node {
  if (group.depth > MOST_DEPTH) throw new PatternError("its groups are nested too deep");
  const parts: Node[] = [parseSequence(reader, group)];
  while (reader.take("|")) parts.push(parseSequence(reader, group));
  return parts.length === 1 ? parts[0]! : { kind: "choice", parts };
}

function parseSequence(reader: Reader, group: Group): Node {
  const parts: Node[] = [];
  let repeats = 0;
  for (;;) {
    reader.skipBlanks(group.flags.verbose);
    const char = reader.peek();
    if (char === "" || char === "|" || char === ")") break;
    const count = parseCount(reader, group.flags);
    if (count !== undefined) {
      const part = parts.pop();
      if (part === undefined) throw new PatternError("there is nothing to repeat");
      if (++repeats > MOST_DEPTH) throw new PatternError("its repetitions are nested too deep");
      parts.push({ kind: "repeat", part, ...count });
      continue;
    }
    repeats = 0;
    const node = parseOne(reader, group);
    if (node !== undefined) parts.push(node);
  }
  return parts.length === 1 ? parts[0]! : parts.length === 0 ? EMPTY : { kind: "sequence", parts };
}

/** How often; `undefined` if no such sign comes next. */
function parseCount(
  reader: Reader,
  { verbose }: Flags,
): { readonly least: number; readonly most: number } | undefined {
  const count = reader.take("*")
    ? { least: 0, most: Infinity }
    : reader.take("+")
    ? { least: 1, most: Infinity }
    : reader.take("?")
    ? { least: 0, most: 1 }
    : reader.take("{")
    ? parseBounds(reader)
    : undefined;
  if (count !== undefined) {
    reader.skipBlanks(verbose);
    reader.take("?");
  }
  return count;
}

function parseBounds(reader: Reader): { readonly least: number; readonly most: number } {
  const text = reader.takeUntil("}");
  const match = /^\s*(\d+)\s*(,\s*(\d*)\s*)?$/.exec(text ?? "");
  if (match === null) throw new PatternError("{ must be followed by numbers, as in {2,3}");
  const least = Number(match[1]);
  const most = match[2] === undefined ? least : match[3] === "" ? Infinity : Number(match[3]);
  if (most < least) throw new PatternError("{...} ends before it begins");
  return { least, most };
}

/** `undefined` for a group that only sets flags. */
function parseOne(reader: Reader, group: Group): Node | undefined {
  const { flags } = group;
  const char = reader.next();
  switch (char) {
    case "(":
      return parseGroup(reader, group);
    case "[":
      return { kind: "char", test: parseClass(reader, flags) };
    case ".":
      return { kind: "char", test: outside(lineEnd(flags), flags) };
    case "^":
      return place(
        flags.multiLine ? flags.crlf ? "crlf-start" : "line-start" : "text-start",
        flags,
      );
    case "$":
      return place(flags.multiLine ? flags.crlf ? "crlf-end" : "line-end" : "text-end", flags);
    case "\\": {
      const escape = parseEscape(reader, flags);
      if (escape.kind === "place") return place(escape.place, flags);
      const isClass = escape.kind === "class";
      return { kind: "char", test: isClass ? escape.test : literal(escape.codePoint, flags) };
    }
    default:
      return { kind: "char", test: literal(char.codePointAt(0)!, flags) };
  }
}

// What `.` leaves out.
function lineEnd({ dotAll, crlf }: Flags): CharTest {
  if (dotAll) return () => false;
  return crlf ? (c) => c === 10 || c === 13 : (c) => c === 10;
}

function place(name: Place, { unicode }: Flags): Node {
  return { kind: "place", place: name, isWord: perlClass("w", unicode) };
}

function parseGroup(reader: Reader, group: Group): Node | undefined {
  const inner: Group = { flags: group.flags, depth: group.depth + 1 };
  if (reader.take("?")) {
    if (["=", "!", "<=", "<!"].some((sign) => reader.take(sign))) {
      throw new PatternError("look-around such as (?=...) is not supported");
    }
    if (reader.take("P<") || reader.take("<")) takeName(reader);
    else {
      inner.flags = parseFlags(reader, group.flags);
      if (reader.take(")")) {
        group.flags = inner.flags;
        return undefined;
      }
      reader.next(); // a colon: parseFlags() stops at nothing else
    }
  }
  const node = parseChoice(reader, inner);
  if (!reader.take(")")) throw new PatternError("a ( is never closed");
  // A repetition after it repeats all of it, whatever it consists of.
  return node;
}

function takeName(reader: Reader): void {
  const name = reader.takeUntil(">");
  if (name === undefined || !/^[\p{Alphabetic}_][\p{Alphabetic}\p{Nd}_.[\]]*$/u.test(name)) {
    throw new PatternError("a group has no proper name");
  }
}

const FLAG_NAMES: Readonly<Record<string, keyof Flags | "greed">> = {
  i: "ignoreCase",
  m: "multiLine",
  s: "dotAll",
  R: "crlf",
  x: "verbose",
  u: "unicode",
  U: "greed",
};

function parseFlags(reader: Reader, before: Flags): Flags {
  const changes: Partial<Record<string, boolean>> = {};
  let on = true;
  let isDone = false;
  let dangling = false;
  while (!isDone) {
    const char = reader.peek();
    isDone = char === ":" || char === ")";
    if (isDone) break;
    reader.next();
    if (char === "-") {
      if (!on) throw new PatternError("a group has two - in its flags");
      on = false;
      dangling = true;
      continue;
    }
    const name = Object.hasOwn(FLAG_NAMES, char) ? FLAG_NAMES[char]! : undefined;
    if (name === undefined) throw new PatternError(`(?${char} is not known`);
    if (name in changes) throw new PatternError(`the flag ${char} is given twice`);
    changes[name] = on;
    dangling = false;
  }
  if (dangling) throw new PatternError("(?-) names no flag");
  if (reader.peek() === ")" && Object.keys(changes).length === 0) {
    throw new PatternError("there is nothing to repeat");
  }
  const { greed: _, ...flags } = changes;
  return { ...before, ...flags };
}
