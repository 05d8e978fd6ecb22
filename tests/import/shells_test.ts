/** The importers read what the shells themselves read, by asking the shells. */
import assert from "node:assert/strict";
import { cleanBytes } from "../../src/import/formats/clean_bytes.ts";
import { hostileFile, isThere, PARTS, readBy, READERS } from "./_shells.ts";

/** Files that people have, by shell. */
const FILES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  zsh: {
    "usual times": ": 1700000000:0;echo one\n: 1700000001:12;ls -l\n",
    "a clock that went back": ": 1700000000:0;one\n: 1700000100:-3599;make all\n",
    "fractions, nothing and words for the seconds": ": 1:1.5;two\n: 2:;three\n: 3:x;four\n",
    "blanks around": ":   17:0;a\n:17:0;b\n: +17:0;c\n",
    "many lines": ": 1:0;for x in a b\\\ndo echo $x\\\ndone\n: 2:0;ls\n",
    "no times": "echo one\n\\: guarded\nls\n",
    "backslashes at the end": ": 1:0;echo a\\ \n: 2:0;echo b\\  \n: 3:0;echo c\\\\\n: 4:0;ls\n",
    "blanks in the head, a double semicolon": ":1:0;a\n:\t2:0;b\n: 3:0;;c\n: 4 : 5 ;d\n",
    "a command that is cut off": ": 1:0;ls\n: 2:0;for x in a b\\\n",
    "a command that is cut off within a line": ": 1:0;ls\n: 2:0;for x in a b\\\ndo echo\\",
    "a here-document, and no line end": ": 1:0;cat <<X\\\na\\\nX\n: 99999999999999:0;b\n: 2:0;c",
  },
  bash: {
    "no times": "echo one\nls -l\n",
    "times": "#1700000000\necho one\n#1700000100\nls -l\n",
    "times twice, at the end, and with blanks behind":
      "#1700000000\n#1700000001\nls\n#1700000002 \npwd\n#1700000003\n",
    "a sign and a blank": "#-5\n# 1700000000\nls\n",
    "a comment that was typed": "echo a\n# a comment\nls\n",
  },
  fish: {
    "fish 3": "- cmd: ls -l\n  when: 1700000000\n- cmd: git status\n  when: 1700000001\n",
    "fish 2, with paths": "- cmd: ls -l\n   when: 1400000000\n   paths:\n    - foo\n" +
      "- cmd: git status\n   when: 1400000100\n",
    "escapes": "- cmd: echo a\\nb \\\\n\n  when: 1700000000\n",
    "no space after the colon": "- cmd:ls\n  when: 1700000000\n",
    "what looks like a field or a command":
      '- cmd: echo "a: b" \n  when: 1\n  paths:\n    - - cmd: y\n- cmd: z\n  when: x\n',
    "backslashes before an n, and no line end":
      "- cmd: a\\\\\\nb\n  when: 1\n- cmd: c\\\\nd\n  when: 2",
    "no time": "- cmd: ls\n- cmd: pwd\n  when: 1700000000\n",
  },
};

/** The first of `wanted` that is not in `given` in their order. */
function missing(given: readonly string[], wanted: readonly string[]): string | undefined {
  let at = 0;
  for (const one of given) if (one === wanted[at]) at++;
  return wanted[at];
}

const encoder = new TextEncoder();
const HOSTILE_FILES = 8;

for (const [shell, reader] of Object.entries(READERS)) {
  const { parse } = reader;
  const ignore = !await isThere(shell);
  for (const [what, text] of Object.entries(FILES[shell]!)) {
    Deno.test({
      name: `${shell} and its importer read the same: ${what}`,
      ignore,
      async fn(): Promise<void> {
        const theirs = await readBy(reader, encoder.encode(text));
        const ours = [...parse(cleanBytes(encoder.encode(text)))].map((d) => d.command);
        assert.ok(theirs.length > 0, "the shell read something");
        assert.deepEqual(ours, theirs);
      },
    });
  }
  Deno.test({
    name: `${shell}'s importer reads all that ${shell} reads of files that nobody should write`,
    ignore,
    async fn(): Promise<void> {
      for (let seed = 1; seed <= HOSTILE_FILES; seed++) {
        const bytes = hostileFile(PARTS[shell]!, seed);
        // Without HISTTIMEFORMAT bash reads times as comments.
        const theirs = (await readBy(reader, bytes))
          .filter((text) => text !== "" && !(shell === "bash" && /^#\d+\s*$/.test(text)));
        // bash drops empty lines of commands, and fish commands that are blank.
        const ours = [...parse(cleanBytes(bytes))].map((d) => d.command ?? "").flatMap((text) =>
          shell === "bash" ? text.split("\n") : [text]
        );
        assert.ok(theirs.length > 20, `seed ${seed}: the shell read ${theirs.length}`);
        assert.equal(missing(ours, theirs), undefined, `seed ${seed}`);
      }
    },
  });
}
