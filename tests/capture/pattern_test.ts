import assert from "node:assert/strict";
import fc from "fast-check";
import { compilePattern, MAX_PATTERN_CHARS } from "../../src/capture/pattern.ts";

// What Rust's `regex` 1.12 says to each.
const FOUND:
  readonly (readonly [pattern: string, yes: readonly string[], no: readonly string[]])[] = [
    ["(?i)SECRET", ["a secret b"], ["a secre b"]],
    ["^a.c$", ["abc"], ["abcd", "xabc", "a\nc"]],
    ["(?s)a.b", ["a\nb"], ["ab"]],
    ["(?m)^b$", ["a\nb", "b\na"], ["ab"]],
    ["^b$", ["b"], ["b\n", "a\nb"]],
    ["(?Rm)^b$", ["a\r\nb\r\n", "b\r"], ["ab"]],
    ["(?m)^b$", ["b\n"], ["b\r\n"]],
    ["(?P<x>a)(?<y>b)", ["ab"], ["ba"]],
    ["\\pL\\p{Greek}", ["éα"], ["12"]],
    ["\\p{greek}\\p{Lowercase_Letter}\\p{lu}\\p{scx=Hira}", ["αbCあ"], ["abCあ"]],
    ["^\\P{L}$", ["1"], ["é"]],
    ["^\\p{gc!=Lu}$", ["a"], ["A"]],
    ["[[:digit:]]{3}", ["a123"], ["a12", "٣٣٣"]],
    ["(?u)é", ["é"], ["e"]],
    ["(?iu)É", ["é"], ["e"]],
    ["\\x{1F680}\\u0041\\U0001F680", ["🚀A🚀"], ["x"]],
    // Words, digits and blanks of all scripts.
    ["\\b비밀번호\\b", ["echo 비밀번호 x", "비밀번호"], ["내비밀번호", "비밀번호는"]],
    ["(?i)\\bпароль\\b", ["echo ПАРОЛЬ", "пароль=1"], ["парольный"]],
    ["^export\\s+\\w+=", ["export ключ=1", "export\u00a0é1=2"], ["export a-b=1"]],
    ["^\\d+$", ["٣٤", "12"], ["１２a"]],
    ["\\bgit\\b", ["a git b"], ["digits", "gité"]],
    ["(?-u:\\b)git(?-u:\\b)", ["gité"], ["gits"]],
    ["(?-u:\\w+)é", ["aé"], ["éé"]],
    ["\\B-\\B", ["a -- b"], ["a-b"]],
    ["\\<pass\\>", ["a pass b"], ["passé", "bypass"]],
    ["\\b{start}pass", ["a pass"], ["bypass"]],
    ["pass\\b{end}", ["bypass"], ["passes"]],
    ["\\b{start-half}-x", [" -x"], ["a-x"]],
    ["x-\\b{end-half}", ["x- "], ["x-a"]],
    // Classes in classes.
    ["^[[:alpha:]&&[^x]]+$", ["abc"], ["axc", "é"]],
    ["^[a-z--[aeiou]]+$", ["bcd"], ["bad"]],
    ["^[a-c~~b-d]+$", ["ad"], ["ab", "c"]],
    ["^[[a-c][x-z]]+$", ["axz"], ["m"]],
    ["^[^[a-c]&&[b-d]]$", ["a", "d"], ["b", "c"]],
    ["^[]a-]+$", ["]a-"], ["b"]],
    ["^[\\w&&\\P{L}]$", ["1", "_"], ["a"]],
    ["(?i)^[^a]$", ["b"], ["a", "A"]],
    ["(?i)^[a-z]+$", ["ſK", "aB"], ["1"]],
    ["(?i-u)^[a-z]+$", ["aB"], ["ſ"]],
    ["^[[:^digit:]]$", ["a"], ["1"]],
    // The rest of the syntax.
    ["(?x) a b # comment\n c", ["abc"], ["a b"]],
    ["(?x)[a b]c", ["ac", "bc"], [" c"]],
    ["a(?i)b|c", ["aB", "C"], ["AB"]],
    ["(?:a(?i)b)c", ["aBc"], ["aBC"]],
    ["a{2}{2}", ["aaaa"], ["aaa"]],
    ["^a{ 2 , 3 }$", ["aa", "aaa"], ["a", "aaaa"]],
    ["^(a|b)*?c??$", ["abba", "ac", ""], ["abd"]],
    ["^(|a)+$", ["", "aaa"], ["b"]],
    ["\\A\\.\\z", ["."], [".\n"]],
    ["^a**$", ["aaa"], ["b"]],
    ["\\-\\/\\ \\#\\&", ["-/ #&"], ["x"]],
    ["x{1001}", ["x".repeat(1001)], ["x".repeat(1000)]],
    ["[^\\s\\S]", [], ["", "a"]],
  ];

for (const [pattern, yes, no] of FOUND) {
  Deno.test(`compilePattern() reads ${pattern} as Rust's regex does`, () => {
    const matches = compilePattern(pattern);
    for (const text of yes) assert.ok(matches(text), `finds ${JSON.stringify(text)}`);
    for (const text of no) assert.ok(!matches(text), `leaves ${JSON.stringify(text)}`);
  });
}

Deno.test("compilePattern() says what it cannot take, and where to correct it", () => {
  for (
    const [pattern, reason] of [
      ["(", /never closed/],
      ["a)", /has no \(/],
      ["[a", /never closed/],
      ["[b-a]", /ends before/],
      ["[\\d-z]", /range in a class/],
      ["[\\b]", /no place in a class/],
      ["a(?=b)", /look-around/],
      ["(?<!a)b", /look-around/],
      ["(a)\\1", /back-references/],
      ["\\Q", /\\Q is not known/],
      ["\\b{sta}a", /start-half/],
      ["\\p{Klingon}", /not known/],
      ["\\p{Age=3.0}", /not known/],
      ["(?-u:\\W)", /\(\?-u\)/],
      ["(?ii)a", /given twice/],
      ["(?y)a", /not known/],
      ["*a", /nothing to repeat/],
      ["a{", /numbers/],
      ["a{3,2}", /ends before/],
      ["\\x{110000}", /no code/],
      ["\\xg0", /no code/],
      ["\\", /ends in the middle/],
      ["((a{1000}){1000}){1000}", /longer than/],
      ["((((){999}){999}){999}){999}", /longer than/],
      ["(".repeat(300) + ")".repeat(300), /too deep/],
      ["[".repeat(300), /too deep/],
      ["a" + "*".repeat(4000), /too deep/],
      ["x".repeat(5000), /longer than/],
    ] as const
  ) {
    assert.throws(
      () => compilePattern(pattern),
      (error: Error & { code: string; hint: string }) => {
        assert.match(error.message, reason);
        assert.equal(error.code, "config");
        assert.match(error.hint, /record_ignore_regex/);
        assert.ok(error.message.length < 300);
        return true;
      },
    );
  }
});

Deno.test("compilePattern() is not slowed down by patterns made for that", () => {
  // Each would keep a backtracking matcher busy for longer than the universe is old.
  for (const pattern of ["(a+)+$", "(a|aa)*b", "(.*a){20}b", "^(a?){60}a{60}$"]) {
    const matches = compilePattern(pattern);
    assert.equal(typeof matches("a".repeat(10_000) + "!"), "boolean");
  }
});

// What Rust's regex and JavaScript's mean alike, over few letters so that much of it matches.
const { pattern: SHARED } = fc.letrec<{ pattern: string; sequence: string; part: string }>((
  tie,
) => ({
  pattern: fc.array(tie("sequence"), { minLength: 1, maxLength: 3 }).map((parts) =>
    parts.join("|")
  ),
  sequence: fc.array(tie("part"), { maxLength: 4 }).map((parts) => parts.join("")),
  part: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.constantFrom(
      "a",
      "b",
      "_",
      "-",
      ".",
      "[ab]",
      "[^a]",
      "[a-z_]",
      "\\w",
      "\\W",
      "\\d",
      "\\s",
      "\\b",
    ),
    fc.constantFrom("^", "$", "\\B", "\\x61", "[\\w-]", "\\.", "é"),
    fc.tuple(tie("pattern"), fc.constantFrom("", "*", "+", "?", "{2}", "{1,}", "{0,2}", "*?"))
      .map(([inner, count]) => `(?:${inner})${count}`),
  ),
}));

Deno.test("compilePattern() finds what JavaScript's expressions find, where both mean the same", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "b", "_", "-", " ", "1", "A"),
    maxLength: 8,
  });
  fc.assert(
    fc.property(SHARED, fc.array(text, { minLength: 5, maxLength: 5 }), (pattern, texts) => {
      const matches = compilePattern(pattern);
      const expected = new RegExp(pattern, "u");
      for (const some of texts) {
        assert.equal(matches(some), expected.test(some), `${pattern} in "${some}"`);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("compilePattern() takes any text for a pattern or refuses it with a reason", () => {
  const part = fc.constantFrom(
    ..."()[]{}|*+?^$.\\-&~:,aP0x<>=!#\n ",
    ..."(?i) (?x) (?<n> [[:alpha:] \\p{L} && -- \\b{ \\x{ {2,3}".split(" "),
  );
  fc.assert(
    fc.property(fc.string({ unit: part, maxLength: 12 }), (pattern) => {
      try {
        assert.equal(typeof compilePattern(pattern)("a-b 1"), "boolean");
      } catch (error) {
        assert.equal((error as { code?: string }).code, "config", String(error));
      }
    }),
    { numRuns: 3000 },
  );
});

Deno.test("compilePattern() takes a pattern of the longest length, and none above it", () => {
  const longest = "a".repeat(MAX_PATTERN_CHARS);
  assert.equal(compilePattern(longest)("a"), false);
  assert.throws(() => compilePattern(`${longest}a`), /longer than/);
});
