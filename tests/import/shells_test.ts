/** The importers read what the shells themselves read, by asking the shells. */
import assert from "node:assert/strict";
import { decode, joinBytes } from "../../src/base/bytes.ts";
import { cleanBytes } from "../../src/import/formats/clean_bytes.ts";
import { parseBashHistory } from "../../src/import/formats/bash.ts";
import { parseFishHistory } from "../../src/import/formats/fish.ts";
import { parseZshHistory } from "../../src/import/formats/zsh.ts";
import { seededRandom } from "../fakes/seeded_random.ts";

interface ShellReader {
  /** Prints every command that the shell has read from the file, oldest first. */
  readonly command: (file: string, home: string) => readonly string[];
  /** What ends each of them. */
  readonly end: string;
  readonly parse: (bytes: Uint8Array) => Iterable<{ readonly command?: string }>;
  readonly files: Readonly<Record<string, string>>;
}

const READERS: Readonly<Record<string, ShellReader>> = {
  zsh: {
    // The newest one counts as the line being typed, and is not shown: one more is read after it.
    command: (file) => [
      "zsh",
      "-fc",
      `zmodload zsh/parameter; HISTSIZE=1000; fc -R ${file}; print -r 'last' > ${file}; fc -R ${file}
       for n in \${(onk)history}; do print -rN -- "$history[$n]"; done`,
    ],
    end: "\0",
    parse: parseZshHistory,
    files: {
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
  },
  bash: {
    command: (file) => [
      "bash",
      "--norc",
      "-c",
      `set +o history; history -r ${file}; history -w /dev/stdout`,
    ],
    end: "\n",
    parse: parseBashHistory,
    files: {
      "no times": "echo one\nls -l\n",
      "times": "#1700000000\necho one\n#1700000100\nls -l\n",
      "times twice, at the end, and with blanks behind":
        "#1700000000\n#1700000001\nls\n#1700000002 \npwd\n#1700000003\n",
      "a sign and a blank": "#-5\n# 1700000000\nls\n",
      "a comment that was typed": "echo a\n# a comment\nls\n",
    },
  },
  fish: {
    command: (_, home) => [
      "env",
      `XDG_DATA_HOME=${home}`,
      `XDG_CONFIG_HOME=${home}`,
      "fish",
      "-c",
      "builtin history search --null --reverse",
    ],
    end: "\0",
    parse: parseFishHistory as ShellReader["parse"],
    files: {
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
  },
};

/** What hostile files are put together from: how records begin, what stands in them, how they end. */
interface Parts {
  readonly heads: readonly string[];
  readonly tails: readonly string[];
}

const PARTS: Readonly<Record<string, Parts>> = {
  zsh: {
    heads: [
      ...["", "\\:", "  : 1:0;", ": 1700000000:0;", ": 1700000000:-5;", ": -17:0;", ": 0:0;"],
      ...[":1:2:3;", ": 12345678901234567890123:0;", ": 1.5:0;", ": :0;", ": x:0;", ": 1: 0 ;"],
    ],
    tails: ["\n", "\n", "\\\n: 1:0;more\n", "\n\n"],
  },
  bash: {
    heads: ["", "", "#1700000000\n", "#1700000000 \n", "# 1700000000\n", "#-1700000000\n", "  "],
    tails: ["\n"],
  },
  fish: {
    heads: ["- cmd: ", "- cmd:", "- cmd: ", "- cmd: a\n  when: 5\n- cmd: "],
    tails: [
      ...["\n", "\n  when: 1700000001\n", "\n  when: -5\n", "\n  when: 1.5\n", "\n  when:7\n"],
      ...[
        "\n   when: 8\n",
        "\n  when: 99999999999999999999\n",
        "\n  paths:\n    - x\n  when: 13\n",
      ],
    ],
  },
};
const INSIDE: readonly (string | readonly number[])[] = [
  ...["ls", "echo a", " ", "\t", "\\ ", "\\\\ ", ";", "#", "'", "é", "日本", "x".repeat(5000)],
  ...["$(x)", "\\n", "\\t", "when: 5", "paths:", "0"],
  ...[[0xff, 0x61], [0xc3, 0x28], [0x83, 0xa3], [0x83, 0xb9], [0x1b], [1]],
];

/** A file of some dozen records, the same for the same seed. */
function hostileFile({ heads, tails }: Parts, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const some = <T>(of: readonly T[]): T => of[Math.floor(random.unit() * of.length)]!;
  const parts = Array.from({ length: 40 }, (_, at) => [
    some(heads),
    `${at} `,
    ...Array.from({ length: Math.floor(random.unit() * 4) }, () => some(INSIDE)),
    some(tails),
  ]).flat();
  return joinBytes(
    parts.map((part) => typeof part === "string" ? encoder.encode(part) : Uint8Array.from(part)),
  );
}

/** The first of `wanted` that is not in `given` in their order. */
function missing(given: readonly string[], wanted: readonly string[]): string | undefined {
  let at = 0;
  for (const one of given) if (one === wanted[at]) at++;
  return wanted[at];
}

const encoder = new TextEncoder();
const HOSTILE_FILES = 8;

for (const [shell, { command, end, parse, files }] of Object.entries(READERS)) {
  const isThere = await new Deno.Command(shell, { args: ["-c", "true"], stdout: "null" }).output()
    .then(({ success }) => success, () => false);
  for (const [what, text] of Object.entries(files)) {
    Deno.test({
      name: `${shell} and its importer read the same: ${what}`,
      ignore: !isThere,
      async fn(): Promise<void> {
        const theirs = await readBy(command, end, encoder.encode(text));
        const ours = [...parse(cleanBytes(encoder.encode(text)))].map((d) => d.command);
        assert.ok(theirs.length > 0, "the shell read something");
        assert.deepEqual(ours, theirs);
      },
    });
  }
  Deno.test({
    name: `${shell}'s importer reads all that ${shell} reads of files that nobody should write`,
    ignore: !isThere,
    async fn(): Promise<void> {
      for (let seed = 1; seed <= HOSTILE_FILES; seed++) {
        const bytes = hostileFile(PARTS[shell]!, seed);
        // Without HISTTIMEFORMAT bash reads times as comments.
        const theirs = (await readBy(command, end, bytes))
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

async function readBy(
  command: ShellReader["command"],
  end: string,
  bytes: Uint8Array,
): Promise<string[]> {
  const home = Deno.makeTempDirSync({ prefix: "rr-shells-" });
  try {
    Deno.mkdirSync(`${home}/fish`);
    const file = `${home}/fish/fish_history`;
    Deno.writeFileSync(file, bytes);
    const [program, ...args] = command(file, home);
    const { stdout } = await new Deno.Command(program!, { args, env: { HOME: home } }).output();
    return decode(stdout).split(end).slice(0, -1);
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
}
