import assert from "node:assert/strict";
import fc from "fast-check";
import { parseBashHistory } from "../../src/import/formats/bash.ts";
import { parseFishHistory } from "../../src/import/formats/fish.ts";
import {
  comparable,
  type ForgettingShell,
  withoutCommands,
} from "../../src/import/forget_commands.ts";
import { parseZshHistory } from "../../src/import/formats/zsh.ts";

const PARSERS = { zsh: parseZshHistory, bash: parseBashHistory, fish: parseFishHistory };

function commandsIn(shell: ForgettingShell, bytes: Uint8Array): string[] {
  return [...PARSERS[shell](bytes)].flatMap((draft) => "command" in draft ? [draft.command] : []);
}

function rest(shell: ForgettingShell, text: string, ...unwanted: string[]): string {
  const { bytes } = withoutCommands(new TextEncoder().encode(text), shell, new Set(unwanted));
  return new TextDecoder().decode(bytes);
}

Deno.test("withoutCommands() takes whole records, times and fields with them", () => {
  assert.equal(
    rest(
      "zsh",
      ": 17:0;ls\n: 18:0;for x in 1\\\ndo echo\\\ndone\nls -l\n",
      "for x in 1\ndo echo\ndone",
      "ls",
    ),
    "ls -l\n",
  );
  assert.equal(rest("zsh", "a\n\\:b\nc \\\\ \nlast", ":b", "c \\\\"), "a\nlast");
  assert.equal(
    rest("bash", "#1700000000\na\nb\n#1700000001\nc\n#1700000002\na\nb\n", "a\nb"),
    "#1700000001\nc\n",
  );
  assert.equal(rest("bash", "a\nb\na\n", "a"), "b\n");
  assert.equal(
    rest("fish", "- cmd: a\\nb\n  when: 1\n  paths:\n    - x\n- cmd: c\n  when: 2\n", "a\nb"),
    "- cmd: c\n  when: 2\n",
  );
});

Deno.test("withoutCommands() keeps bash from reading what is left in another way", () => {
  const left = rest("bash", "secret\n#1700000000\npwd\nls\n", "secret");
  assert.deepEqual(commandsIn("bash", new TextEncoder().encode(left)), ["pwd", "ls"]);
});

Deno.test("withoutCommands() reads past what crashes and editors leave in a line", () => {
  assert.equal(rest("bash", "\ufeffsecret\r\nls\r\n", "secret"), "ls\r\n");
  assert.equal(rest("zsh", "\0\0\0secret\nls\n", "secret"), "ls\n");
});

const metafied = (text: string): Uint8Array => {
  const bytes = [...new TextEncoder().encode(text)];
  // As zsh does with what its lexer uses: 0x83 to 0xa2, and NUL.
  return Uint8Array.from(
    bytes.flatMap((byte) =>
      byte === 0 || (byte >= 0x83 && byte <= 0xa2) ? [0x83, byte ^ 0x20] : [byte]
    ),
  );
};

const ENCODERS: Record<ForgettingShell, (command: string, n: number) => Uint8Array> = {
  zsh: (command, n) => {
    const guarded = /\\ *$/.test(command) ? `${command} ` : command;
    return metafied(`: ${1_700_000_000 + n}:0;${guarded.replaceAll("\n", "\\\n")}\n`);
  },
  bash: (command, n) => new TextEncoder().encode(`#${1_700_000_000 + n}\n${command}\n`),
  fish: (command, n) =>
    new TextEncoder().encode(
      `- cmd: ${command.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n  when: ${n + 1}\n`,
    ),
};

const COMMAND = fc.oneof(
  fc.constantFrom(
    "ls",
    "echo ünïcode 한글 ł",
    "a\nb",
    "x \\",
    "for i\ndo\ndone",
    ": 5:0;x",
    "#x",
    "ls  ",
  ),
  fc.string({ unit: fc.constantFrom("a", " ", "\\", "\n", "é", "의", "#", ":", ";", "-") })
    .filter((text) =>
      text.trim() !== "" && !/\\\n|^\n|\n$|\\ +\n/.test(text) && !/^#\d+$/m.test(text)
    ),
);

for (const shell of ["zsh", "bash", "fish"] as const) {
  Deno.test(`withoutCommands() leaves every other command of a ${shell} file as it was, byte by byte`, () => {
    fc.assert(fc.property(
      fc.array(COMMAND, { maxLength: 12 }),
      fc.array(fc.nat(11), { maxLength: 3 }),
      (commands, picks) => {
        const records = commands.map((command, n) => ENCODERS[shell](command, n));
        const file = Uint8Array.from(records.flatMap((record) => [...record]));
        const unwanted = new Set(picks.flatMap((i) => commands.slice(i, i + 1)).map(comparable));
        const { bytes, removed } = withoutCommands(file, shell, unwanted);
        const kept = records.filter((_, i) => !unwanted.has(comparable(commands[i]!)));
        assert.deepEqual([...bytes], kept.flatMap((record) => [...record]));
        assert.equal(removed, records.length - kept.length);
      },
    ));
  });

  Deno.test(`withoutCommands() takes out of any bytes what ${shell} reads there, and nothing else`, () => {
    const BYTES = fc.array(
      fc.constantFrom(
        ...new TextEncoder().encode("ab: 0;#123456789\\\n\n\n -cmd:"),
        0x83,
        0xa3,
      ),
      { maxLength: 120 },
    ).map((bytes) => Uint8Array.from(bytes));
    fc.assert(fc.property(BYTES, fc.nat(5), (file, pick) => {
      const before = commandsIn(shell, file).map(comparable);
      const unwanted = new Set(before.slice(pick, pick + 1).filter((command) => command !== ""));
      const { bytes, removed } = withoutCommands(file, shell, unwanted);
      const after = commandsIn(shell, bytes).map(comparable);
      assert.deepEqual(after, before.filter((command) => !unwanted.has(command)));
      assert.equal(removed, before.length - after.length);
    }));
  });
}

Deno.test("withoutCommands() takes out of a bash file without times what it wrote line by line", () => {
  const command = "cat >key <<X\n  hunter2\n\nX";
  const lines = "cat >key <<X\n  hunter2\n\nX\n";
  assert.equal(rest("bash", `ls\n${lines}cd\n${lines}`, command), "ls\ncd\n");
  assert.equal(rest("bash", `cat >key <<X\n${lines}pwd\n`, command), "cat >key <<X\npwd\n");
  const other = "cat >key <<X\n  hunter3\nX\nX\n";
  assert.equal(rest("bash", other, command), other, "another one that begins likewise");
  const timed = "ls\n#1700000000\ncat >key <<X\n#1700000001\n  hunter2\nX\n";
  assert.equal(rest("bash", timed, command), timed, "commands of their own");
  assert.equal(rest("bash", `ls\n#1700000000\n${lines}pwd\n`, command), "ls\npwd\n");
  assert.equal(rest("zsh", lines, command), lines, "zsh marks what goes on");
});
