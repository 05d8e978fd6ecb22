import assert from "node:assert/strict";
import fc from "fast-check";
import { defineCommand, type Word } from "../../src/cli/define_command.ts";
import { wholeNumber } from "../../src/cli/flags.ts";
import { listFlag, switchFlag, textFlag } from "../../src/cli/flags.ts";
import { parsePlain } from "../../src/cli/parse_plain.ts";
import { runParsed } from "../../src/cli/parser.ts";
import { hoistGlobals, markValues } from "../../src/cli/value_words.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

interface Flags {
  readonly text: string | undefined;
  readonly list: readonly string[] | undefined;
  readonly flag: boolean;
  readonly count: number;
  readonly kind: "one" | "two";
}

let seen: { flags: object; words: readonly Word[] } | undefined;

const command = defineCommand<Flags, string[]>({
  brief: "Take anything",
  usage: ["..."],
  flags: {
    text: textFlag("A text", "text"),
    list: listFlag("A list", "list"),
    flag: switchFlag("A switch"),
    count: { kind: "parsed", parse: wholeNumber(-5, 5), default: "1", brief: "A number" },
    kind: { kind: "enum", values: ["one", "two"], default: "one", brief: "A kind" },
  },
  aliases: { t: "text", f: "flag" },
  words: { kind: "array", parameter: { parse: String, brief: "Words", placeholder: "word" } },
  verbatim: ["text"],
  run(_world, flags, words): number {
    seen = { flags, words };
    return 0;
  },
});
const VALUED: ReadonlySet<string> = new Set(["--text", "--list", "--count", "--db-path"]);
const VERBATIM: ReadonlySet<string> = new Set(["--text"]);

const WORD = fc.oneof(
  fc.constantFrom(
    "--text",
    "--list",
    "--flag",
    "--count",
    "--kind",
    "--db-path",
    "-t",
    "-f",
    "-tf",
    "--",
    "-",
    "-3",
    "9",
    "one",
    "two",
    "three",
    "a,b",
    "--text=x y",
    "--text=-x\ny",
    "--text=",
    "--list=a,,b",
    "--flag=no",
    "--count=-2",
    "--kind=two",
    "--help",
    "-h",
    "--nonsense",
    "",
  ),
  fc.string({ maxLength: 6 }).filter((text) => !text.includes("\0")),
);

Deno.test("parsePlain() reads what it reads exactly as the library does", async () => {
  using world = new FakeWorld();
  let plainOnes = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(WORD, { maxLength: 6 }), async (line) => {
      const marked = markValues(line, VALUED, VERBATIM);
      const context = { world, process: { stdout: world.stdout, stderr: world.stderr } };
      const plain = parsePlain(command, marked, context);
      if (plain === undefined) return;
      plainOnes++;
      seen = undefined;
      const code = await runParsed(world, "test", command, marked);
      assert.equal(code, 0, world.takeErr());
      assert.deepEqual(plain, seen);
    }),
    { numRuns: 3000 },
  );
  assert.ok(plainOnes > 500, `only ${plainOnes} of 3000 lines were plain`);
});

Deno.test("markValues(): a verbatim flag takes the next word whatever it is", () => {
  const parsed = (...line: string[]): unknown => {
    using world = new FakeWorld();
    const context = { world, process: { stdout: world.stdout, stderr: world.stderr } };
    const plain = parsePlain(command, markValues(line, VALUED, VERBATIM), context);
    return plain && [plain.flags.text, plain.flags.count, plain.words];
  };
  assert.deepEqual(parsed("--text", "-x"), ["-x", 1, []]);
  assert.deepEqual(parsed("--text", "--flag", "w"), ["--flag", 1, ["w"]]);
  assert.deepEqual(parsed("--text", "--"), ["--", 1, []]);
  assert.deepEqual(parsed("--text=a\nb=c"), ["a\nb=c", 1, []]);
  assert.deepEqual(parsed("--text="), ["", 1, []]);
  assert.deepEqual(parsed("--count", "-3"), [undefined, -3, []]);
  assert.deepEqual(parsed("w", "--", "--text", "-x"), [undefined, 1, ["w", "--text", "-x"]]);
  assert.equal(parsed("--list", "-x"), undefined);
});

Deno.test("hoistGlobals() moves global flags behind the command, and nothing else", () => {
  const hoist = (...words: string[]): string[] => hoistGlobals(words, new Set(["--db-path"]));
  assert.deepEqual(hoist("--db-path", "x", "search", "a"), ["search", "--db-path", "x", "a"]);
  assert.deepEqual(hoist("--db-path=x", "search"), ["search", "--db-path=x"]);
  assert.deepEqual(hoist("search", "--db-path", "x"), ["search", "--db-path", "x"]);
  assert.deepEqual(hoist("--help"), ["--help"]);
  assert.deepEqual(hoist("--db-path", "x"), ["--db-path", "x"]);
  assert.deepEqual(hoist("--db-path"), ["--db-path"]);
  assert.deepEqual(hoist(), []);
});
