/** `[...]`: ranges, nested classes, and the operations `&&`, `--` and `~~` on them. */
import { literal, not, posixClass, range } from "./chars.ts";
import { outside, parseEscape } from "./parse_escape.ts";
import type { Reader } from "./reader.ts";
import { type CharTest, type Flags, PatternError } from "./syntax.ts";

/** A nest this deep is an attack on the stack. */
const MOST_DEPTH = 100;

const OPERATIONS: Readonly<Record<string, (a: CharTest, b: CharTest) => CharTest>> = {
  "&&": (a, b) => (c) => a(c) && b(c),
  "--": (a, b) => (c) => a(c) && !b(c),
  "~~": (a, b) => (c) => a(c) !== b(c),
};

/** Reads a class whose `[` has been taken. @throws {PatternError} for what Rust's `regex` refuses */
export function parseClass(reader: Reader, flags: Flags, depth = 0): CharTest {
  if (depth > MOST_DEPTH) throw new PatternError("its classes are nested too deep");
  reader.skipBlanks(flags.verbose);
  const isNegated = reader.take("^");
  let items: CharTest[] = [];
  let before: { readonly operation: string; readonly test: CharTest } | undefined;
  const soFar = (): CharTest => {
    const test = union(items);
    return before === undefined ? test : OPERATIONS[before.operation]!(before.test, test);
  };
  reader.skipBlanks(flags.verbose);
  while (reader.take("-")) {
    items.push(literal(0x2d, flags));
    reader.skipBlanks(flags.verbose);
  }
  if (items.length === 0 && reader.take("]")) items.push(literal(0x5d, flags));
  for (;;) {
    reader.skipBlanks(flags.verbose);
    if (reader.isAtEnd) throw new PatternError("a class [ is never closed");
    if (reader.take("]")) break;
    const operation = Object.keys(OPERATIONS).find((name) => reader.take(name));
    if (operation !== undefined) {
      before = { operation, test: soFar() };
      items = [];
    } else if (reader.take("[")) {
      items.push(posix(reader, flags) ?? parseClass(reader, flags, depth + 1));
    } else items.push(parseItem(reader, flags));
  }
  return isNegated ? outside(soFar(), flags) : soFar();
}

function union(tests: readonly CharTest[]): CharTest {
  return tests.length === 1 ? tests[0]! : (c) => tests.some((test) => test(c));
}

// `[:alpha:]` within a class; anything else that begins so is a class of its own.
function posix(reader: Reader, flags: Flags): CharTest | undefined {
  if (reader.peek() !== ":") return undefined;
  let name = "";
  let at = 1;
  for (; /[\^a-z]/.test(reader.peek(at)); at++) name += reader.peek(at);
  if (reader.peek(at) !== ":" || reader.peek(at + 1) !== "]") return undefined;
  const test = posixClass(name.replace(/^\^/, ""), flags);
  if (test === undefined) return undefined;
  reader.takeUntil(":]");
  return name.startsWith("^") ? not(test) : test;
}

function parseItem(reader: Reader, flags: Flags): CharTest {
  const first = parseOne(reader, flags);
  reader.skipBlanks(flags.verbose);
  if (reader.peek() !== "-" || reader.peek(1) === "]" || reader.peek(1) === "-") {
    return typeof first === "number" ? literal(first, flags) : first;
  }
  reader.next();
  reader.skipBlanks(flags.verbose);
  const last = parseOne(reader, flags);
  if (typeof first !== "number" || typeof last !== "number") {
    throw new PatternError("a range in a class must go from one character to another");
  }
  if (last < first) throw new PatternError("a range in a class ends before it begins");
  return range(first, last, flags);
}

function parseOne(reader: Reader, flags: Flags): number | CharTest {
  const char = reader.next();
  if (char !== "\\") return char.codePointAt(0)!;
  const escape = parseEscape(reader, flags);
  if (escape.kind === "place") throw new PatternError("\\b and the like have no place in a class");
  return escape.kind === "literal" ? escape.codePoint : escape.test;
}
