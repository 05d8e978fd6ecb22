import assert from "node:assert/strict";
import fc from "fast-check";
import { type CliCommand, defineCommand } from "../../src/cli/define_command.ts";
import { listFlag, switchFlag, textFlag, wholeNumber } from "../../src/cli/flags/flags.ts";
import { completionsOf } from "../../src/cli/line/complete.ts";
import { asksForHelp } from "../../src/cli/line/help.ts";
import { LineError, readLine } from "../../src/cli/line/read_line.ts";
import { globalsBehind } from "../../src/cli/main.ts";

interface Flags {
  readonly text: string | undefined;
  readonly list: readonly string[] | undefined;
  readonly flag: boolean;
  readonly other: boolean;
  readonly count: number;
  readonly kind: "one" | "two";
}

const command: CliCommand = defineCommand<Flags, string[]>({
  usage: ["..."],
  details: "Takes anything.",
  flags: {
    text: textFlag("A text", "text"),
    list: listFlag("A list", "list"),
    flag: switchFlag("A switch"),
    other: switchFlag("Another switch"),
    count: { kind: "parsed", parse: wholeNumber(-5, 5), default: "1", brief: "A number" },
    kind: { kind: "enum", values: ["one", "two"], default: "one", brief: "A kind" },
  },
  aliases: { t: "text", f: "flag", o: "other" },
  words: { kind: "array", parameter: { brief: "Words", placeholder: "word" } },
  verbatim: ["text"],
  run: () => 0,
});

const placed: CliCommand = defineCommand<{ readonly needed: string }, [string, string?]>({
  usage: ["<first> [<second>]"],
  details: "Takes words in their place.",
  flags: { needed: { kind: "parsed", parse: String, placeholder: "x", brief: "Needed" } },
  words: {
    kind: "tuple",
    parameters: [
      { brief: "First", placeholder: "first" },
      { brief: "Second", placeholder: "file", optional: true },
    ],
  },
  run: () => 0,
});

function fault(of: CliCommand, ...line: string[]): unknown {
  try {
    readLine(of, line);
  } catch (error) {
    if (error instanceof LineError) return error.fault;
    throw error;
  }
}

Deno.test("readLine() takes values after a flag, after =, and as lists", () => {
  const read = (...line: string[]): unknown => {
    const { flags, words } = readLine(command, line);
    return [flags.text, flags.list, flags.count, flags.kind, words];
  };
  assert.deepEqual(read(), [undefined, undefined, 1, "one", []]);
  assert.deepEqual(read("a", "-", "", "b"), [undefined, undefined, 1, "one", ["a", "-", "", "b"]]);
  assert.deepEqual(read("--text=a=b\nc"), ["a=b\nc", undefined, 1, "one", []]);
  assert.deepEqual(read("--text="), ["", undefined, 1, "one", []]);
  assert.deepEqual(read("--list=a,,b", "--list", "c"), [
    undefined,
    ["a", "", "b", "c"],
    1,
    "one",
    [],
  ]);
  assert.deepEqual(read("--count", "-3", "--kind=two"), [undefined, undefined, -3, "two", []]);
  assert.deepEqual(read("w", "--", "--text", "-x"), [
    undefined,
    undefined,
    1,
    "one",
    ["w", "--text", "-x"],
  ]);
});

Deno.test("readLine(): a verbatim flag takes the next word whatever it is", () => {
  for (const value of ["-x", "--flag", "--", "-h", "--help", "a\nb"]) {
    assert.equal(readLine(command, ["--text", value]).flags.text, value);
    assert.equal(readLine(command, ["-t", value, "w"]).flags.text, value);
    assert.equal(asksForHelp(command, ["--text", value]), false);
  }
  assert.equal(asksForHelp(command, ["w", "--help"]), true);
  assert.equal(asksForHelp(command, ["--", "--help"]), false);
});

Deno.test("readLine(): letters alone and in a bunch, the last with a value", () => {
  const { flags } = readLine(command, ["-oft", "x"]);
  assert.deepEqual([flags.flag, flags.other, flags.text], [true, true, "x"]);
  assert.equal(readLine(command, ["--flag=no"]).flags.flag, false);
  assert.equal(readLine(command, ["--flag=YES"]).flags.flag, true);
  assert.equal(readLine(command, ["-ft20"]).flags["text"], "20");
  assert.deepEqual(fault(command, "-ft"), { kind: "no-value", flag: "text" });
  assert.deepEqual(fault(command, "-fx"), { kind: "no-option", option: "-x" });
});

Deno.test("readLine() says what is wrong, by name", () => {
  assert.deepEqual(fault(command, "--nonsense"), { kind: "no-option", option: "--nonsense" });
  assert.deepEqual(fault(command, "--dbPath=x"), { kind: "no-option", option: "--dbPath" });
  assert.deepEqual(fault(command, "--list", "-x"), { kind: "no-value", flag: "list" });
  assert.deepEqual(fault(command, "--list"), { kind: "no-value", flag: "list" });
  assert.deepEqual(fault(command, "--flag=perhaps"), { kind: "takes-no-value", flag: "flag" });
  assert.deepEqual(fault(command, "-f", "--flag"), { kind: "twice", flag: "flag" });
  assert.deepEqual(fault(command, "--kind", "x"), { kind: "no-choice", flag: "kind", given: "x" });
  assert.equal((fault(command, "--count", "9") as { kind: string }).kind, "bad-value");
  assert.deepEqual(fault(placed, "a"), { kind: "missing-flag", flag: "needed" });
  assert.deepEqual(fault(placed, "--needed", "x"), { kind: "missing-word", placeholder: "first" });
  assert.deepEqual(fault(placed, "--needed", "x", "a", "b", "c"), {
    kind: "extra-word",
    word: "c",
  });
  assert.deepEqual(fault(command, "--__proto__"), { kind: "no-option", option: "--__proto__" });
});

Deno.test("readLine() reads back every line that is made of flags and words", () => {
  const text = fc.string({ maxLength: 8 });
  const item = fc.record({
    text,
    list: fc.array(text.filter((t) => !t.includes(",")), { minLength: 1 }),
  });
  fc.assert(fc.property(item, fc.array(text), fc.boolean(), (given, words, flag) => {
    const line = [
      "--text",
      given.text,
      `--list=${given.list.join(",")}`,
      ...(flag ? ["-f"] : []),
      "--",
      ...words,
    ];
    const { flags, words: read } = readLine(command, line);
    assert.deepEqual([flags.text, flags.list, flags.flag, read], [
      given.text,
      given.list,
      flag,
      words,
    ]);
  }));
});

Deno.test("completionsOf() offers options once, values where one belongs, and files for files", () => {
  const offered = (of: CliCommand, ...words: string[]): unknown => {
    const found = completionsOf(of, words);
    return found === "files" ? found : found.map(({ completion }) => completion);
  };
  assert.deepEqual(offered(command, "--kind", ""), ["one", "two"]);
  assert.deepEqual(offered(command, "--kind=o"), ["--kind=one", "--kind=two"]);
  assert.equal((offered(command, "-") as string[]).includes("--flag"), true);
  assert.equal((offered(command, "--flag", "-") as string[]).includes("--flag"), false);
  assert.equal((offered(command, "--list", "a", "-") as string[]).includes("--list"), true);
  assert.deepEqual(offered(command, "--", "-"), []);
  assert.equal(offered(command, "--db-path", ""), "files");
  assert.deepEqual(offered(placed, ""), []);
  assert.equal(offered(placed, "a", ""), "files");
  assert.deepEqual(offered(command, "--nonsense", ""), []);
});

Deno.test("globalsBehind() moves global flags behind the command, and nothing else", () => {
  const moved = (...args: string[]): readonly string[] => globalsBehind(args);
  assert.deepEqual(moved("--db-path", "x", "search", "a"), ["search", "--db-path", "x", "a"]);
  assert.deepEqual(moved("--db-path=x", "search"), ["search", "--db-path=x"]);
  assert.deepEqual(moved("search", "--db-path", "x"), ["search", "--db-path", "x"]);
  assert.deepEqual(moved("--help"), ["--help"]);
  assert.deepEqual(moved("--db-path", "x"), ["--db-path", "x"]);
  assert.deepEqual(moved("--db-path"), ["--db-path"]);
  assert.deepEqual(moved(), []);
});
