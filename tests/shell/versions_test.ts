/**
 * The hooks in other versions of the shells than the machine's own: all that lie in the folder
 * RR_TEST_SHELLS, as `.ci/shells` puts them there, each as NAME-VERSION/bin/NAME.
 */
import assert from "node:assert/strict";
import { existing } from "./_find.ts";
import { Shell, type ShellName, type ShellOptions, timed } from "./_shell.ts";

interface Situation {
  readonly options?: ShellOptions;
  /** What is typed, line by line; one with newlines is pasted. */
  readonly typed: readonly string[];
  /** Commands and their status, in order. */
  readonly recorded: readonly (readonly [command: string, status: number])[];
  /** Whether the last line ends the shell. */
  readonly ends?: boolean;
}

const LOOP = "for i in 1 2; do\n  true\ndone";
const PLAIN: readonly (readonly [string, number])[] = [
  ["echo a", 0],
  ["sleep 0.2", 0],
  ["echo b", 0],
  ["echo b", 0],
];
const SITUATIONS: Record<ShellName, Record<string, Situation>> = {
  bash: {
    "its usual lines": {
      options: { before: "HISTCONTROL=ignoreboth HISTFILE=~/h" },
      typed: [
        ...PLAIN.map(([line]) => line),
        " echo hidden",
        "(exit 3)",
        "# note",
        "echo )",
        LOOP,
        "exit 4",
      ],
      recorded: [...PLAIN, ["(exit 3)", 3], ["# note", 0], ["echo )", 2], [
        "for i in 1 2; do   true; done",
        0,
      ], ["exit 4", 4]],
      ends: true,
    },
    "traps, strict options and prompt commands of others": {
      options: {
        before: "set -u; trap 'ran=$BASH_COMMAND' DEBUG; trap 'echo bye' EXIT",
        after: `PROMPT_COMMAND="seen=\\$?; $PROMPT_COMMAND"`,
      },
      typed: [
        "echo a",
        "(exit 3)",
        "echo $nowhere",
        "trap - DEBUG",
      ],
      recorded: [["echo a", 0], ["(exit 3)", 3], ["echo $nowhere", 1], [
        "trap - DEBUG",
        0,
      ]],
    },
    "several pasted lines": {
      options: { before: "bind 'set enable-bracketed-paste off'" },
      typed: ["echo a\n(exit 3)\necho b"],
      recorded: [["echo a", 0], ["(exit 3)", 3], ["echo b", 0]],
    },
  },
  zsh: {
    "its usual lines": {
      options: { before: "setopt interactive_comments hist_ignore_dups\nHISTFILE=~/h SAVEHIST=9" },
      typed: [...PLAIN.map(([line]) => line), " echo hidden", "(exit 3)", "# note", LOOP, "exit 4"],
      recorded: [...PLAIN, ["(exit 3)", 3], ["# note", 0], [LOOP, 0], ["exit 4", 4]],
      ends: true,
    },
    "what calls others": {
      options: { before: "HISTFILE=~/h SAVEHIST=9; HISTORY_IGNORE='secret*'" },
      typed: [
        "echo a",
        "fc -e - a=b",
        "secret word",
        "false && exec sh",
        "set -u",
        "echo c",
      ],
      recorded: [
        ["echo a", 0],
        ["echo b", 0],
        ["false && exec sh", 1],
        [
          "set -u",
          0,
        ],
        ["echo c", 0],
      ],
    },
  },
  fish: {
    "its usual lines": {
      typed: [
        ...PLAIN.map(([line]) => line),
        " echo hidden",
        "sh -c 'exit 3'",
        "for i in 1 2\ntrue\nend",
        "exit 4",
      ],
      recorded: [...PLAIN, ["sh -c 'exit 3'", 3], ["for i in 1 2\ntrue\nend", 0], ["exit 4", 4]],
      ends: true,
    },
    "what calls others": {
      typed: [
        "echo a",
        "alias leave 'exec nothing-there'",
        "false; and exec sh",
        "set -g fish_history ''",
        "echo b",
      ],
      recorded: [
        ["echo a", 0],
        ["alias leave 'exec nothing-there'", 0],
        ["false; and exec sh", 1],
        [
          "set -g fish_history ''",
          1,
        ],
      ],
    },
  },
};

const root = Deno.env.get("RR_TEST_SHELLS") ?? "";
const versions = existing(root) === undefined
  ? []
  : Array.from(Deno.readDirSync(root), ({ name }) => name).filter((name) => name.includes("-"))
    .sort();

Deno.test({
  name: "other versions of the shells (.ci/shells brings them to RR_TEST_SHELLS)",
  ignore: versions.length === 0,
  fn: () => {},
});

for (const version of versions) {
  const name = version.slice(0, version.indexOf("-")) as ShellName;
  for (const [what, situation] of Object.entries(SITUATIONS[name])) {
    Deno.test(`${version} hook: ${what}`, async () => {
      const folder = `${root}/${version}`;
      const home = Deno.makeTempDirSync({ prefix: `rr-${version}-` });
      const modules = existing(`${folder}/modules`);
      // Where it was built to be is not where it is.
      if (modules !== undefined) {
        Deno.writeTextFileSync(`${home}/.zshenv`, `module_path=(${modules})\n`);
      }
      try {
        await run(name, { ...situation.options, bin: `${folder}/bin`, home }, situation);
      } finally {
        Deno.removeSync(home, { recursive: true });
      }
    });
  }
}

async function run(name: ShellName, options: ShellOptions, situation: Situation): Promise<void> {
  await using shell = await Shell.open(name, options);
  const { typed, recorded, ends } = situation;
  const took = { sleep: 0, other: 0 };
  for (const [i, line] of typed.entries()) {
    const ms = await timed(async () => {
      if (ends && i === typed.length - 1) {
        await shell.type(`${line}\r`);
        await shell.ended();
      } else if (line.includes("\n")) await shell.run(line);
      else await shell.line(line);
    });
    const kind = line.startsWith("sleep") ? "sleep" : "other";
    took[kind] = Math.max(took[kind], ms);
  }
  const records = shell.records();
  assert.deepEqual(records.map(({ command, exitCode }) => [command, exitCode]), recorded);
  for (const { command, durationMs } of records) {
    const [least, most] = command.startsWith("sleep") ? [190, took.sleep] : [0, took.other];
    assert.ok(durationMs >= least && durationMs <= most, `${command}: ${durationMs} ms`);
  }
  assert.doesNotMatch(shell.output, /__rustory/);
}
