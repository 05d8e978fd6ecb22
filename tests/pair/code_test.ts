import assert from "node:assert/strict";
import fc from "fast-check";
import { systemRandom } from "../../src/base/random.ts";
import {
  completeCode,
  createCode,
  formatCode,
  MAX_NUMBER,
  parseCode,
} from "../../src/pair/code.ts";
import { WORDS } from "../../src/pair/words.ts";

Deno.test("the list has 2,048 different words, told apart by four letters", () => {
  assert.equal(WORDS.length, 2_048);
  assert.equal(new Set(WORDS.map((word) => word.slice(0, 4))).size, 2_048);
  for (const word of WORDS) assert.match(word, /^[a-z]{3,8}$/);
});

Deno.test("parseCode() reads back every code that formatCode() writes", () => {
  const word = fc.constantFrom(...WORDS);
  const code = fc.record({
    number: fc.integer({ min: 1, max: MAX_NUMBER }),
    words: fc.tuple(word, word),
  }, { noNullPrototype: true });
  fc.assert(fc.property(code, (it) => assert.deepEqual(parseCode(formatCode(it)), it)));
});

Deno.test("parseCode() takes other separators, capitals and words cut after four letters", () => {
  const wanted = { number: 7, words: ["guitar", "planet"] };
  for (const text of ["7-guitar-planet", " 7 Guitar Planet ", "7_guit.plan", "7,GUITAR,planet"]) {
    assert.deepEqual(parseCode(text), wanted);
  }
});

Deno.test("parseCode() names what is wrong and what was probably meant", () => {
  assert.throws(() => parseCode("7-guitr-planet"), /"guitr" is not one of its words.*"guitar"/);
  assert.throws(() => parseCode("7-guitar-zzzzzz"), /"zzzzzz" is not one of its words$/);
  assert.throws(() => parseCode("guitar-planet"), /a number and two words/);
  for (const number of ["0", "1000", "x"]) {
    assert.throws(() => parseCode(`${number}-guitar-planet`), /begin with a number of 1 to 999/);
  }
  assert.throws(() => parseCode("7-guitar-planet-moon"), /a number and two words/);
});

Deno.test("createCode() draws every word equally, and longer numbers only where short ones are taken", () => {
  const random = systemRandom();
  const seen = new Map<string, number>();
  for (let i = 0; i < 20_000; i++) {
    const code = createCode(random);
    assert.ok(code.number >= 1 && code.number <= 9);
    for (const word of code.words) seen.set(word, (seen.get(word) ?? 0) + 1);
  }
  // 40,000 draws over 2,048 words: 19.5 each; none should be far off.
  assert.ok(seen.size > 2_040, `${seen.size} words seen`);
  assert.ok(Math.max(...seen.values()) < 60);
  const later = Array.from({ length: 50 }, () => createCode(random, 2).number);
  assert.ok(later.some((number) => number > 9));
});

Deno.test("completeCode() completes the first and the second word", () => {
  assert.deepEqual(completeCode("7-guita"), ["7-guitar-"]);
  assert.deepEqual(completeCode("7-guitar-plane"), ["7-guitar-planet"]);
  assert.deepEqual(completeCode("7-nosuch-pla"), []);
  assert.deepEqual(completeCode("guitar"), []);
  assert.equal(completeCode("7-").length, 2_048);
});

Deno.test("parseCode() takes a code as it is read out, pasted or smartened on the way", () => {
  for (
    const text of [
      "7 GUITAR Planet",
      "rr pair 7-guitar-planet",
      "\u20187\u2013guitar\u2014planet\u2019",
      "\uff17\u2011guit\u2011plan.",
      " \u00ab7_guitar_planet\u00bb ",
    ]
  ) {
    assert.equal(formatCode(parseCode(text)), "7-guitar-planet", text);
  }
  for (const text of ["7-g\u00fcitar-planet", "\ud83d\ude00", "7", "rr pair", "0-guitar-planet"]) {
    assert.throws(() => parseCode(text), /^RrError: Cannot use the code/);
  }
});

Deno.test("createCode() draws again what would make small numbers likelier", () => {
  // 65,535 is beyond the last whole 999: taken as it is, it would be the number 601.
  const drawn = [[0xff, 0xff], [0, 4], [0, 0], [0, 1]];
  const random = { unit: () => 0, bytes: () => Uint8Array.from(drawn.shift()!) };
  assert.deepEqual(createCode(random, 2), { number: 5, words: [WORDS[0], WORDS[1]] });
});
