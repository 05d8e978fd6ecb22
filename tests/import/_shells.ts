/** The shells themselves, asked what they read of a history file, and files to ask them about. */
import { decode, joinBytes } from "../../src/base/bytes.ts";
import { parseBashHistory } from "../../src/import/formats/bash.ts";
import { parseFishHistory } from "../../src/import/formats/fish.ts";
import { parseZshHistory } from "../../src/import/formats/zsh.ts";
import { seededRandom } from "../fakes/seeded_random.ts";

/** How a shell and its importer are asked what they read of a file. */
export interface ShellReader {
  /** Prints every command that the shell has read from the file, oldest first. */
  readonly command: (file: string, home: string) => readonly string[];
  /** What ends each of them. */
  readonly end: string;
  readonly parse: (bytes: Uint8Array) => Iterable<{ readonly command?: string }>;
}

/** By the name of the shell. */
export const READERS: Readonly<Record<string, ShellReader>> = {
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
  },
};

/** What hostile files are put together from: how records begin, what stands in them, how they end. */
export interface Parts {
  readonly heads: readonly string[];
  readonly tails: readonly string[];
  /** @default {what makes trouble anywhere} */
  readonly inside?: readonly Piece[];
}

type Piece = string | readonly number[];

export const PARTS: Readonly<Record<string, Parts>> = {
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
const INSIDE: readonly Piece[] = [
  ...["ls", "echo a", " ", "\t", "\\ ", "\\\\ ", ";", "#", "'", "é", "日本", "x".repeat(5000)],
  ...["$(x)", "\\n", "\\t", "when: 5", "paths:", "0"],
  ...[[0xff, 0x61], [0xc3, 0x28], [0x83, 0xa3], [0x83, 0xb9], [0x1b], [1]],
];

/** A file of some dozen records, the same for the same seed. */
export function hostileFile({ heads, tails, inside = INSIDE }: Parts, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const some = <T>(of: readonly T[]): T => of[Math.floor(random.unit() * of.length)]!;
  const parts = Array.from({ length: 40 }, (_, at) => [
    some(heads),
    `${at} `,
    ...Array.from({ length: Math.floor(random.unit() * 4) }, () => some(inside)),
    some(tails),
  ]).flat();
  return joinBytes(
    parts.map((part) => typeof part === "string" ? encoder.encode(part) : Uint8Array.from(part)),
  );
}

/** The shells of this machine. */
export async function isThere(shell: string): Promise<boolean> {
  const asked = new Deno.Command(shell, { args: ["-c", "true"], stdout: "null" }).output();
  return await asked.then(({ success }) => success, () => false);
}

/** What the shell reads of the bytes. */
export async function readBy(
  { command, end }: ShellReader,
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

const encoder = new TextEncoder();
