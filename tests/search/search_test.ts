import assert from "node:assert/strict";
import fc from "fast-check";
import { CommandIndex } from "../../src/search/index.ts";
import { IncrementalSearch } from "../../src/search/search.ts";
import { parseQuery } from "../../src/search/query.ts";
import { indexOf, searched, sliceOf } from "./_index_of.ts";

Deno.test("IncrementalSearch gives everything newest first for an empty query", () => {
  assert.deepEqual(searched(["b", "a", "c"], ""), ["b", "a", "c"]);
  assert.deepEqual(searched(["b", "a", "c"], "   "), ["b", "a", "c"]);
});

Deno.test("IncrementalSearch puts contiguous matches before scattered ones", () => {
  const commands = ["gaitway", "go install it", "a legit one", "git log"];
  assert.deepEqual(searched(commands, "git"), [
    "git log", // start of the line
    "a legit one", // no gap
    "gaitway", // a small gap
    "go install it",
  ]);
});

Deno.test("IncrementalSearch finds a contiguous match behind an earlier scattered one", () => {
  assert.deepEqual(searched(["g-i-t", "gxixt git"], "git"), ["gxixt git", "g-i-t"]);
});

Deno.test("IncrementalSearch puts whole words before longer ones, then newer before older", () => {
  const commands = ["lsof", "ls -l", "ls"];
  assert.deepEqual(searched(commands, "ls"), ["ls -l", "ls", "lsof"]);
});

Deno.test("IncrementalSearch puts words side by side as typed first", () => {
  const commands = ["push; git status", "git push origin"];
  assert.deepEqual(searched(commands, "git push"), ["git push origin", "push; git status"]);
});

Deno.test("IncrementalSearch takes words in any order and wants all of them", () => {
  const commands = ["cargo build --release", "cargo test", "release notes"];
  assert.deepEqual(searched(commands, "release cargo"), ["cargo build --release"]);
  assert.deepEqual(searched(commands, "release cargo", "substring"), ["cargo build --release"]);
});

Deno.test("IncrementalSearch has smart case per word", () => {
  const commands = ["export PATH=/bin", "export path=/tmp", "Export Path"];
  assert.equal(searched(commands, "path").length, 3);
  assert.deepEqual(searched(commands, "PATH"), ["export PATH=/bin"]);
  assert.deepEqual(searched(commands, "Path export"), ["Export Path"]);
});

Deno.test("IncrementalSearch folds beyond ASCII and never joins halves of characters", () => {
  assert.deepEqual(searched(["cd ÜBUNG", "cd übung"], "übung"), ["cd ÜBUNG", "cd übung"]);
  // é is C3 A9, Ã is C3 83, © is C2 A9: the bytes of é are there, the letter is not.
  assert.deepEqual(searched(["Ã ©"], "é"), []);
  assert.deepEqual(searched(["깃 푸시 허브"], "깃허브"), ["깃 푸시 허브"]);
});

Deno.test("IncrementalSearch knows the signs of fzf, but not for a text at the start", () => {
  const commands = ["make test", "cat Makefile", "make -f a.mk", "rm x; make"];
  assert.deepEqual(searched(commands, "^make"), ["make test", "make -f a.mk"]);
  assert.deepEqual(searched(commands, "mk$"), ["make -f a.mk"]);
  assert.deepEqual(searched(commands, "'mak !test"), [
    "make -f a.mk",
    "cat Makefile",
    "rm x; make",
  ]);
  assert.deepEqual(searched(["echo $", "!"], "$"), ["echo $"]);
  assert.deepEqual(searched(["a ^b", "b"], "^b", "substring"), ["b"]);
  assert.deepEqual(searched(["^b", "b"], "^b", "prefix"), ["^b"]);
  for (const mode of ["fuzzy", "substring"] as const) {
    assert.deepEqual(searched(["ls -l", "ls ", "ls", "als"], "^ls$", mode), ["ls ", "ls"]);
    assert.deepEqual(searched(["ls -l", "ls"], "!^ls$", mode), ["ls -l"]);
  }
});

Deno.test("IncrementalSearch takes an accent composed or not, and none for any", () => {
  const composed = "vim r\u00e9sum\u00e9.txt";
  const decomposed = composed.normalize("NFD");
  const commands = [decomposed, composed, "vim resume.txt"];
  for (const mode of ["fuzzy", "substring"] as const) {
    for (const query of ["r\u00e9sum\u00e9", "re\u0301sume\u0301"]) {
      assert.deepEqual(searched(commands, query, mode), [decomposed, composed]);
    }
    assert.equal(searched(commands, "resume", mode).length, 3);
    assert.deepEqual(searched(["café", "CAFÉ", "cafe\u0301"], "cafe$", mode).length, 3);
    assert.deepEqual(searched(["한글.txt".normalize("NFD")], "한글", mode).length, 1);
    assert.deepEqual(searched(["カ", "ガ"], "カ", mode), ["カ"]);
    // Strokes and the dot of an i are no marks of their own in Unicode.
    assert.deepEqual(searched(["cd Łódź", "cd lodz"], "lodz", mode).length, 2);
    assert.deepEqual(searched(["cd łódź", "cd lodz"], "łódź", mode), ["cd łódź"]);
    assert.deepEqual(searched(["cd øre", "cd đồng", "cd ılık"], "cd", mode).length, 3);
    assert.deepEqual(searched(["cd øre", "cd đồng", "cd ılık"], "dong", mode), ["cd đồng"]);
    assert.deepEqual(searched(["cd øre", "cd đồng", "cd ılık"], "ilik", mode), ["cd ılık"]);
  }
});

Deno.test("IncrementalSearch puts first letters of words before letters inside of one", () => {
  const commands = ["kubectl logs -f pod", "git status", "gs -q a.ps"];
  assert.deepEqual(searched(commands, "gs"), ["gs -q a.ps", "git status", "kubectl logs -f pod"]);
});

Deno.test("IncrementalSearch in prefix mode wants the text at the start, blanks included", () => {
  const commands = ["git push", "git  push", "gitk", "cd git p"];
  assert.deepEqual(searched(commands, "git p", "prefix"), ["git push"]);
  assert.deepEqual(searched(commands, "git", "prefix"), ["git push", "git  push", "gitk"]);
});

Deno.test("IncrementalSearch orders substring matches by recency alone", () => {
  assert.deepEqual(searched(["a git", "git", "legit"], "git", "substring"), [
    "a git",
    "git",
    "legit",
  ]);
});

Deno.test("IncrementalSearch counts all and keeps the best", () => {
  const commands = Array.from({ length: 5000 }, (_, i) => `x${i} git`);
  commands.push("git");
  const index = indexOf(commands);
  const search = new IncrementalSearch(index, parseQuery("git", "fuzzy"), 3);
  search.step(() => false);
  const { lines, count, complete } = search.found();
  assert.deepEqual(lines, [5000, 0, 1]);
  assert.equal(count, 5001);
  assert.equal(complete, true);
});

Deno.test("IncrementalSearch keeps the same lines as if it had scored every line (property)", () => {
  const words = fc.constantFrom("git", "g it", "push", "legit", "Git", "x", "-", "agit");
  const texts = fc.array(fc.array(words, { maxLength: 4 }).map((all) => all.join(" ")), {
    minLength: 1100,
    maxLength: 2600,
  });
  fc.assert(
    fc.property(texts, fc.constantFrom("git", "git pu", "p git", "x"), (commands, query) => {
      const few = searched(commands, query, "fuzzy", 3);
      const all = searched(commands, query, "fuzzy", commands.length);
      assert.deepEqual(few, all.slice(0, 3));
    }),
    { numRuns: 20 },
  );
});

Deno.test("IncrementalSearch finds the same after the search before it as on its own (property)", () => {
  const letters = fc.constantFrom("g", "i", "t", " ", "^", "!", "'", "$", "G", "é", "É");
  const texts = fc.array(fc.string({ unit: letters, maxLength: 8 }), { maxLength: 40 });
  const typed = fc.string({ unit: letters, maxLength: 6 });
  const modes = fc.constantFrom("fuzzy", "substring", "prefix");
  fc.assert(fc.property(texts, typed, modes, (commands, query, mode) => {
    const index = indexOf(commands);
    let before: IncrementalSearch | undefined;
    for (let i = 0; i <= query.length; i++) {
      const parsed = parseQuery(query.slice(0, i), mode);
      const alone = new IncrementalSearch(index, parsed, 9);
      const after = new IncrementalSearch(index, parsed, 9, before);
      alone.step(() => false);
      after.step(() => false);
      assert.deepEqual(after.found(), alone.found(), parsed.text);
      before = after;
    }
  }));
});

Deno.test("IncrementalSearch follows an index that grows and yields between steps", () => {
  const index = new CommandIndex();
  index.append(sliceOf(Array.from({ length: 3000 }, (_, i) => `new ${i}`)));
  const search = new IncrementalSearch(index, parseQuery("new", "substring"), 10);
  search.step(() => true);
  const first = search.found();
  assert.ok(first.count > 0 && first.count < 3000);
  assert.ok(search.hasWork);
  search.step(() => false);
  assert.deepEqual([search.hasWork, search.found().complete], [false, false]);
  index.append(sliceOf(["new last"], 9000));
  index.finish();
  assert.equal(search.hasWork, true);
  search.step(() => false);
  assert.deepEqual([search.found().count, search.found().complete], [3001, true]);
});

Deno.test("CommandIndex.remove() takes a line out of later and earlier results", () => {
  const index = indexOf(["rm -rf a", "rm b"]);
  const before = new IncrementalSearch(index, parseQuery("rm", "fuzzy"), 10);
  before.step(() => false);
  index.remove(0);
  const after = new IncrementalSearch(index, parseQuery("rm", "fuzzy"), 10);
  after.step(() => false);
  assert.deepEqual([before.found().lines, after.found().lines], [[1], [1]]);
  assert.deepEqual([after.found().count, index.count, index.lines], [1, 1, 2]);
});

Deno.test("CommandIndex refuses a slice with more or fewer texts than ids", () => {
  const index = new CommandIndex();
  const bytes = Uint8Array.of(0x61, 0x1e, 0x62, 0x1e);
  assert.throws(() => index.append({ ids: [1], bytes }), RangeError);
  assert.throws(() => index.append({ ids: [1, 2, 3], bytes }), RangeError);
  assert.throws(() => index.append({ ids: [1], bytes: bytes.subarray(0, 3) }), RangeError);
  assert.throws(() => index.text(0), RangeError);
});

Deno.test("CommandIndex finds texts and ids over several segments", () => {
  const index = new CommandIndex();
  for (let i = 0; i < 9; i++) index.append(sliceOf([`a${i}`, `ü${i}`], i * 100));
  assert.equal(index.text(17), "ü8");
  assert.equal(index.text(0), "a0");
  assert.equal(index.id(17), 801);
});

Deno.test("substring search agrees with String.includes (property)", () => {
  const texts = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "-", " ", "é", "中") }));
  const word = fc.string({ unit: fc.constantFrom("a", "b", "-", "é", "中"), minLength: 1 });
  fc.assert(fc.property(texts, word, (commands, query) => {
    assert.deepEqual(
      searched(commands, query, "substring"),
      commands.filter((command) => command.includes(query)).slice(0, 1000),
    );
  }));
});

Deno.test("fuzzy search matches exactly the subsequences, contiguous ones first (property)", () => {
  const letters = fc.constantFrom("a", "b", "c", "é", "中", "/");
  const texts = fc.array(fc.string({ unit: letters }));
  fc.assert(fc.property(texts, fc.string({ unit: letters, minLength: 1 }), (commands, query) => {
    const found = searched(commands, query);
    const expected = commands.filter((command) => isSubsequence(query, command));
    assert.deepEqual([...found].sort(), expected.sort());
    const isClose = (command: string): boolean =>
      command.includes(query) || initials(query).test(command);
    const close = found.map(isClose);
    assert.deepEqual(close, [...close].sort((a, b) => Number(b) - Number(a)));
  }));
});

/** The letters of `word`, each the first of a word or right behind the one before. */
function initials(word: string): RegExp {
  // deno-lint-ignore no-control-regex -- the range of ASCII
  if (!/^[\x00-\x7f]{2,8}$/.test(word)) return /^\b$/;
  const [first, ...others] = [...word].map((char) => RegExp.escape(char));
  const start = (char: string): string => char === "/" ? "(?!)" : `(?<=^|/)${char}`;
  const rest = others.map((char) => `(?:${char}|.*?${start(char)})`).join("");
  return new RegExp(`${first === "/" ? "^/" : start(first!)}${rest}`, "u");
}

function isSubsequence(word: string, text: string): boolean {
  const wanted = [...word];
  let at = 0;
  for (const char of text) if (char === wanted[at]) at++;
  return at === wanted.length;
}
