/** The importers read what the shells themselves read, by asking the shells. */
import assert from "node:assert/strict";
import { cleanBytes } from "../../src/import/clean_bytes.ts";
import { parseBashHistory } from "../../src/import/bash.ts";
import { parseFishHistory } from "../../src/import/fish.ts";
import { parseZshHistory } from "../../src/import/zsh.ts";

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

for (const [shell, { command, end, parse, files }] of Object.entries(READERS)) {
  const isThere = await new Deno.Command(shell, { args: ["-c", "true"], stdout: "null" }).output()
    .then(({ success }) => success, () => false);
  for (const [what, text] of Object.entries(files)) {
    Deno.test({
      name: `${shell} and its importer read the same: ${what}`,
      ignore: !isThere,
      async fn(): Promise<void> {
        const home = Deno.makeTempDirSync({ prefix: "rr-shells-" });
        try {
          Deno.mkdirSync(`${home}/fish`);
          const file = `${home}/fish/fish_history`;
          Deno.writeTextFileSync(file, text);
          const [program, ...args] = command(file, home);
          const { stdout } = await new Deno.Command(program!, { args, env: { HOME: home } })
            .output();
          const theirs = new TextDecoder().decode(stdout).split(end).slice(0, -1);
          const ours = [...parse(cleanBytes(new TextEncoder().encode(text)))].map((d) => d.command);
          assert.ok(theirs.length > 0, "the shell read something");
          assert.deepEqual(ours, theirs);
        } finally {
          Deno.removeSync(home, { recursive: true });
        }
      },
    });
  }
}
