import assert from "node:assert/strict";
import fc from "fast-check";
import { matchPositions } from "../../../src/search/matching/positions.ts";
import { type MatchMode, parseQuery } from "../../../src/search/query.ts";

function marked(text: string, query: string, mode: MatchMode = "fuzzy"): string {
  const positions = new Set(matchPositions(parseQuery(query, mode), text));
  return [...text].map((char, i) => positions.has(i) ? `[${char}]` : char).join("")
    .replaceAll("][", "");
}

Deno.test("matchPositions() marks the contiguous place with most points", () => {
  assert.equal(marked("legit git", "git"), "legit [git]");
  assert.equal(marked("g_i_t x git", "git"), "g_i_t x [git]");
});

Deno.test("matchPositions() marks the shortest window of a scattered match", () => {
  assert.equal(marked("og x og oi ot", "git"), "og x o[g] o[i] o[t]");
});

Deno.test("matchPositions() marks first letters of words before letters inside of one", () => {
  assert.equal(marked("git status --logs", "gs"), "[g]it [s]tatus --logs");
  assert.equal(marked("legs", "gs"), "le[gs]");
});

Deno.test("matchPositions() marks letters with their accents, however they are written", () => {
  const decomposed = "vim resume\u0301.txt";
  assert.deepEqual(matchPositions(parseQuery("me", "fuzzy"), decomposed), [8, 9, 10]);
  assert.deepEqual(matchPositions(parseQuery("mé", "fuzzy"), decomposed), [8, 9, 10]);
  assert.deepEqual(matchPositions(parseQuery("me", "fuzzy"), "resumé"), [4, 5]);
  assert.deepEqual(matchPositions(parseQuery("lod", "fuzzy"), "cd łódź"), [3, 4, 5]);
});

Deno.test("matchPositions() marks words side by side rather than at better places", () => {
  assert.equal(marked("git x; echo git push", "git push"), "git x; echo [git push]");
});

Deno.test("matchPositions() marks every word, and nothing of a negated one", () => {
  assert.equal(marked("cargo build --release", "rel !test car"), "[car]go build --[rel]ease");
  assert.equal(marked("abc", "zzz"), "abc");
  assert.equal(marked("abc", ""), "abc");
});

Deno.test("matchPositions() gives UTF-16 indices", () => {
  assert.deepEqual(matchPositions(parseQuery("x", "fuzzy"), "🎉é x"), [4]);
  assert.deepEqual(matchPositions(parseQuery("🎉", "fuzzy"), "é🎉"), [1, 2]);
});

Deno.test("matchPositions() spells the word for every text that holds it (property)", () => {
  const letters = fc.constantFrom("a", "b", "é", "中", "🎉", " ");
  const text = fc.string({ unit: letters });
  const word = fc.string({ unit: fc.constantFrom("a", "b", "é", "中", "🎉"), minLength: 1 });
  fc.assert(fc.property(text, word, (command, query) => {
    const positions = matchPositions(parseQuery(query, "fuzzy"), command);
    const spelt = positions.map((i) => command[i]).join("");
    assert.ok(spelt === query || spelt === "", `${spelt} for ${query}`);
  }));
});
