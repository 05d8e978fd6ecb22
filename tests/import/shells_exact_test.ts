/** What the shells read of a file and what their importers read are one, in both directions. */
import assert from "node:assert/strict";
import { decode } from "../../src/base/bytes.ts";
import { cleanBytes } from "../../src/import/formats/clean_bytes.ts";
import { seededRandom } from "../fakes/seeded_random.ts";
import {
  hostileFile,
  isThere,
  PARTS,
  type Parts,
  readBy,
  READERS,
  type ShellReader,
} from "./_shells.ts";

const FILES = 40;
const [LF, CR, SPACE, BACKSLASH] = [0x0a, 0x0d, 0x20, 0x5c];

/** Beside {@linkcode PARTS}: broken UTF-8 is left out, which bash prints as the locale wants it. */
const INSIDE: NonNullable<Parts["inside"]> = [
  ...[
    "ls",
    "echo a",
    " ",
    "\t",
    "\\ ",
    "\\\\ ",
    ";",
    "#",
    "'",
    "é",
    "日本",
    "x".repeat(5000),
    "$(x)",
  ],
  ...["\\n", "\\t", "when: 5", "paths:", "0", "\\x41", "\\u00e9", "\\", "\r"],
  ...[[0x83, 0xa3], [0x83, 0xb9], [0x1b], [1]],
];
const MORE_TAILS: Readonly<Record<string, readonly string[]>> = {
  zsh: ["\\\\\n", " \\\nx\n"],
  bash: [],
  // A time that is still to come: fish keeps those commands to itself.
  fish: ["\n  when: 99999999999999999999\n"],
};

function partsOf(shell: string): Parts {
  const { heads, tails } = PARTS[shell]!;
  const more = MORE_TAILS[shell]!;
  return {
    heads: heads.filter((head) => !head.includes("when:")),
    tails: shell === "fish" ? tails.filter((tail) => !more.includes(tail)) : [...tails, ...more],
    inside: INSIDE,
  };
}

/**
 * A file, half of them cut off somewhere, behind a line end: bash drops a last line without one, which a
 * file that was made by hand may have, and the importer takes.
 */
function fileOf(shell: string, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const bytes = hostileFile(partsOf(shell), seed)
    // A file with CR LF is read as its lines are meant; zsh keeps the CR, and so sees no backslash before the end.
    .filter((byte, i, all) =>
      !(byte === CR && all[i + 1] === LF && [BACKSLASH, SPACE].includes(all[i - 1]!))
    );
  const cut = random.unit() < 0.5 ? Math.floor(bytes.length * random.unit()) : bytes.length;
  return bytes.subarray(0, bytes.lastIndexOf(LF, cut) + 1);
}

/** With times, bash tells commands of several lines from commands of one. */
const READER_OF: Readonly<Record<string, ShellReader>> = {
  ...READERS,
  bash: {
    ...READERS.bash!,
    command: (file) => [
      "bash",
      "--norc",
      "-c",
      `set +o history; HISTTIMEFORMAT=@@; history -r ${file}; history | sed -E 's/^ *[0-9]+[* ] +@@/\\x00/'; printf '\\0'`,
    ],
  },
};

/** As it is compared: a carriage return at an end belongs to the line, and blank lines to nobody. */
function shown(commands: readonly string[], shell: string): string[] {
  return commands.map((text) => {
    const clean = text.replaceAll("\r", "");
    return shell === "bash" ? clean.replace(/\n\s*\n/g, "\n").replace(/\n$/, "") : clean;
  }).filter((text) => text.trim() !== "");
}

for (const [shell, reader] of Object.entries(READER_OF)) {
  Deno.test({
    name: `${shell} and its importer read the same of files that nobody should write`,
    ignore: !await isThere(shell),
    async fn(): Promise<void> {
      let read = 0;
      for (let seed = 1; seed <= FILES; seed++) {
        const bytes = fileOf(shell, seed);
        const end = shell === "bash" ? "\0" : reader.end;
        const theirs = shown(await readBy({ ...reader, end }, bytes), shell);
        const ours = shown([...reader.parse(cleanBytes(bytes))].map((d) => d.command ?? ""), shell);
        assert.deepEqual(
          ours,
          theirs,
          `seed ${seed}: ${JSON.stringify(decode(bytes).slice(0, 2000))}`,
        );
        read += theirs.length;
      }
      assert.ok(read > 10 * FILES, `${read} commands were read`);
    },
  });
}
