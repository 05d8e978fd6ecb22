/** History files as zsh 5.9, bash 5.2 and fish 3.6 wrote them (times made equal), and ours read by them. */
import assert from "node:assert/strict";
import type { DeviceId, Entry, EntryDraft, EntryId } from "../../src/history/entry.ts";
import { exportEntry, type ExportFormat } from "../../src/import/export_history.ts";
import { parseBashHistory } from "../../src/import/formats/bash.ts";
import { parseFishHistory } from "../../src/import/formats/fish.ts";
import { parseZshHistory } from "../../src/import/formats/zsh.ts";

const UNICODE = "echo 한글 é 🚀";
const HERE = "cat <<E\n\n# 1700000000\n#123\nE";
const ZSH = [
  UNICODE,
  "for i in 1 2\ndo echo $i\ndone",
  "cd a\\ ",
  'printf "a\\\nb"',
  ": ${X:=1}; echo",
  "raw \ufffd\ufffd\ufffd bytes",
];

function golden(name: string): Uint8Array {
  return Deno.readFileSync(new URL(`../golden/shell/${name}`, import.meta.url));
}

function commandsOf(drafts: Iterable<unknown>): string[] {
  return Array.from(drafts as Iterable<EntryDraft>, (draft) => draft.command);
}

Deno.test("parseZshHistory() reads what zsh wrote, with times and without", () => {
  const extended = [...parseZshHistory(golden("zsh_extended"))];
  assert.deepEqual(commandsOf(extended), ZSH);
  assert.ok(extended.every((draft) => draft.startedAtMs === 1_700_000_000_000));
  const plain = [...parseZshHistory(golden("zsh_plain"))];
  assert.deepEqual(commandsOf(plain), ZSH);
  assert.ok(plain.every((draft) => draft.startedAtMs === undefined));
});

Deno.test("parseBashHistory() reads what bash wrote, with times and without", () => {
  const timed = [...parseBashHistory(golden("bash_timed"))];
  assert.deepEqual(commandsOf(timed), [UNICODE, HERE, "ls"]);
  assert.ok(timed.every((draft) => draft.startedAtMs === 1_700_000_000_000));
  // Without times not even bash can tell where a command ends.
  const lines = [UNICODE, ...HERE.split("\n").filter((line) => line !== ""), "ls"];
  assert.deepEqual(commandsOf(parseBashHistory(golden("bash_plain"))), lines);
});

Deno.test("parseFishHistory() reads what fish wrote", () => {
  const drafts = [...parseFishHistory(golden("fish"))];
  assert.deepEqual(commandsOf(drafts), [UNICODE, "for i in 1 2\necho $i\nend", "cat a\\ b"]);
});

const READERS: Record<Exclude<ExportFormat, "jsonl">, readonly string[]> = {
  zsh: [
    ...["zsh", "-f", "-i", "-c"],
    'HISTSIZE=99; fc -R "$1"; for n in ${(onk)history}; do printf "%s\\0" "$history[$n]"; done',
    "zsh",
  ],
  bash: [
    ...["bash", "--norc", "-c"],
    `set -o history; HISTFILE= HISTSIZE=99 HISTTIMEFORMAT=; history -c; history -r "$1"
     for ((n = 1; n <= $2; n++)); do fc -ln "$n" "$n" | tail -c +3; printf '\\0'; done`,
    "bash",
  ],
  fish: [
    ...["fish", "-c"],
    `mkdir -p $XDG_DATA_HOME/fish; cp $argv[1] $XDG_DATA_HOME/fish/fish_history
     history search --reverse --null`,
  ],
};

for (const [format, [program, ...args]] of Object.entries(READERS)) {
  Deno.test(`${format} reads what exportEntry() wrote`, async () => {
    const folder = Deno.makeTempDirSync({ prefix: "rr-golden-" });
    try {
      const commands = [UNICODE, "for i in 1 2\ndo echo $i\ndone", "cd a\\ ", "a\\\\\nb", "ls"];
      // Some shells do not show the newest line, which may be the one that asks.
      const parts = [...commands, "newest"].map((command) =>
        exportEntry(entryOf(command), format as ExportFormat)!
      );
      Deno.writeFileSync(`${folder}/file`, Uint8Array.from(parts.flatMap((part) => [...part])));
      const { stdout } = await new Deno.Command(program!, {
        args: [...args, `${folder}/file`, String(commands.length)],
        env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder, LC_ALL: "C.UTF-8" },
        stdin: "null",
        stderr: "null",
      }).output();
      const read = new TextDecoder().decode(stdout).split("\0").slice(0, -1);
      const seen = read.map((text) => text.replace(/\n$/, "")).filter((text) => text !== "newest");
      assert.deepEqual(seen, commands);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

function entryOf(command: string): Entry {
  return {
    id: "x" as EntryId,
    deviceId: "d" as DeviceId,
    userId: "u",
    startedAtMs: 1_700_000_000_000,
    command,
    cwd: "/",
    exitCode: 0,
    durationMs: 0,
    shell: "zsh",
    hostname: "h",
    version: "0.1.0",
  };
}
