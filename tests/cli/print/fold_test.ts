import assert from "node:assert/strict";
import fc from "fast-check";
import { folded } from "../../../src/cli/print/fold.ts";
import { printError, printLine, printWarning } from "../../../src/cli/print/print.ts";
import { RrError } from "../../../src/base/rr_error.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";

const at = (columns?: number): FakeWorld["stdout"] => ({
  isTerminal: () => columns !== undefined,
  columns: () => columns,
  write: () => {},
  writeBytes: () => {},
});

Deno.test("a line is folded between words, and what goes on hangs below its text", () => {
  const cases: readonly (readonly [text: string, columns: number, folded: string])[] = [
    ["  - one two three four five six", 22, "  - one two three four\n    five six"],
    ["one two three four five six", 22, "one two three four\n  five six"],
    ["short enough", 22, "short enough"],
    ["a question that is long? [y/N] ", 24, "a question that is long?\n  [y/N] "],
    ["do `rr pair 7-guitar-planet` there", 30, "do `rr pair 7-guitar-planet`\n  there"],
    ["say so: `rr pair 7-guitar-planet`", 30, "say so:\n  `rr pair 7-guitar-planet`"],
    ["desk   direct   has the same", 24, "desk   direct   has the\n  same"],
    [
      "at /a/very/long/path/that/fits/no/line here",
      24,
      "at /a/very/long/path/that/fits/no/line\n  here",
    ],
    ["日本語の 日本語の 日本語の 日本語の", 20, "日本語の 日本語の\n  日本語の 日本語の"],
    ["\x1b[1mone two three four\x1b[22m five", 24, "\x1b[1mone two three four\x1b[22m five"],
    ["too narrow to be folded", 12, "too narrow to be folded"],
  ];
  for (const [text, columns, wanted] of cases) assert.equal(folded(at(columns), text), wanted);
});

Deno.test("nothing is folded where the output is no terminal, or one that tells no width", () => {
  const text = "word ".repeat(60);
  assert.equal(folded(at(), text), text);
  using world = new FakeWorld({ terminal: true });
  printLine(world, text);
  assert.equal(world.takeOut(), `${text}\n`);
});

Deno.test("a folded line holds the same words, in lines that fit as far as words do (property)", () => {
  const word = fc.stringMatching(/^[a-z/-]{1,14}$/);
  fc.assert(fc.property(
    fc.array(word, { minLength: 1, maxLength: 30 }),
    fc.integer({ min: 20, max: 90 }),
    fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }),
    (words, columns, indent) => {
      const lines = folded(at(columns), words.join(" "), indent).split("\n");
      assert.deepEqual(lines.flatMap((line) => line.trim().split(" ")), words);
      for (const line of lines) {
        assert.ok(line.length <= columns || line.trim().split(" ").length === 1, line);
      }
    },
  ));
});

Deno.test("warnings, errors and hints hang behind their labels on a terminal", () => {
  using world = new FakeWorld({ terminal: true, columns: 40 });
  printWarning(world, "the daemon does not take up the new settings before it is started anew");
  assert.equal(
    world.takeErr(),
    "warn: the daemon does not take up the\n      new settings before it is started\n      anew\n",
  );
  printError(
    world,
    new RrError("usage", "Cannot use it", { hint: "See `rr --help`, and then do it" }),
  );
  assert.equal(world.takeErr(), "error: Cannot use it\nhint: See `rr --help`, and then do it\n");
});
