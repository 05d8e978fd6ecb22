import assert from "node:assert/strict";
import { compilePattern } from "../../src/capture/pattern.ts";

Deno.test("compilePattern() takes what Rust's regex and RE2 share", async () => {
  for (
    const [pattern, yes, no] of [
      ["(?i)SECRET", "a secret b", "a secre b"],
      ["^a.c$", "abc", "abcd"],
      ["(?s)a.b", "a\nb", "ab"],
      ["(?m)^b$", "a\nb", "ab"],
      ["(?P<x>a)(?<y>b)", "ab", "ba"],
      ["\\pL\\p{Greek}", "éα", "12"],
      ["[[:digit:]]{3}", "a123", "a12"],
      ["\\bgit\\b", "a git b", "digits"],
      ["(?u)é", "é", "e"],
      ["(?iu)É", "é", "e"],
      ["\\x{1F680}", "🚀", "x"],
    ] as const
  ) {
    const matches = await compilePattern(pattern);
    assert.ok(matches(yes), `${pattern} finds ${yes}`);
    assert.ok(!matches(no), `${pattern} leaves ${no}`);
  }
});

Deno.test("compilePattern() says what it cannot take, and where to correct it", async () => {
  for (
    const [pattern, reason] of [
      ["(", /missing closing/],
      ["a(?=b)", /\(\?=/],
      ["(a)\\1", /invalid escape/],
      ["[a&&b]", /set operations/],
      ["\\b{start}a", /\\b\{/],
      ["(?x) a b", /verbose/],
      ["a{1001}", /repeat/],
      ["x".repeat(5000), /longer than/],
    ] as const
  ) {
    await assert.rejects(
      compilePattern(pattern),
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

Deno.test("compilePattern() is not slowed down by patterns made for that", async () => {
  // Each would keep a backtracking matcher busy for longer than the universe is old.
  for (const pattern of ["(a+)+$", "(a|aa)*b", "(.*a){20}b", "^(a?){60}a{60}$"]) {
    const matches = await compilePattern(pattern);
    assert.equal(typeof matches("a".repeat(10_000) + "!"), "boolean");
  }
});
