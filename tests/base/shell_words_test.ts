import assert from "node:assert/strict";
import { quoteForFish, quoteForShell, shellWord } from "../../src/base/shell_words.ts";

Deno.test("quoteForShell() and quoteForFish() make one word of any text", () => {
  assert.equal(quoteForShell(`it's "$HOME" \\`), `'it'\\''s "$HOME" \\'`);
  assert.equal(quoteForFish(`it's "$HOME" \\`), `'it\\'s "$HOME" \\\\'`);
});

Deno.test("shellWord() quotes only what a shell would read otherwise", () => {
  for (const word of ["/srv/app", "user@host:22", "--name=a,b", "100%", "a_b+c-1.2"]) {
    assert.equal(shellWord(word), word);
  }
  for (const word of ["", "a b", "$HOME", "a;b", "*", "~x", "#", "a\nb", "ü", "a&", "!1"]) {
    assert.equal(shellWord(word), `'${word}'`);
  }
});
