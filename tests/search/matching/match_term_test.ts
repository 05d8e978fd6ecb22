import assert from "node:assert/strict";
import { hasTerm, NO_MATCH, scoreTerm } from "../../../src/search/matching/match_term.ts";
import { parseQuery, type Term } from "../../../src/search/query.ts";

const BYTES = new TextEncoder();

/** One command between others, as it lies in the index: without anything between. */
function inside(before: string, command: string, after: string): [Uint8Array, number, number] {
  const start = BYTES.encode(before).length;
  return [BYTES.encode(before + command + after), start, start + BYTES.encode(command).length];
}

function termOf(text: string): Term {
  return parseQuery(text, "fuzzy").terms[0]!;
}

Deno.test("a term is met in its command alone, not with what stands before or behind it", () => {
  for (const word of ["git", "'git", "^git", "git$", "gé"]) {
    const term = termOf(word);
    const letters = word.replace(/['^$]/g, "");
    const [first, last] = [letters[0]!, letters.at(-1)!];
    const cut: [string, string, string][] = [
      ["", letters.slice(0, -1), last],
      [first, letters.slice(1), ""],
      ["x", letters.slice(0, -1), `${last}x`],
    ];
    for (const [before, command, after] of cut) {
      const place = inside(before, command, after);
      assert.equal(hasTerm(...place, term), false, `${word} in ${before}|${command}|${after}`);
      assert.equal(scoreTerm(...place, term), NO_MATCH, `${word} in ${before}|${command}|${after}`);
    }
    const whole = inside("x", letters, "x");
    assert.equal(hasTerm(...whole, term), true, word);
    assert.notEqual(scoreTerm(...whole, term), NO_MATCH, word);
  }
});
