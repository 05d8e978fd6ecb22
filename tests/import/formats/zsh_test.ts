import assert from "node:assert/strict";
import type { EntryDraft } from "../../../src/history/entry.ts";
import { parseZshHistory } from "../../../src/import/formats/zsh.ts";

function parsed(...parts: (string | number[])[]): EntryDraft[] {
  const utf8 = new TextEncoder();
  const bytes = parts.flatMap((p) => typeof p === "string" ? [...utf8.encode(p)] : p);
  return [...parseZshHistory(Uint8Array.from(bytes))];
}
const commands = (...parts: (string | number[])[]): string[] =>
  parsed(...parts).map((d) => d.command);

Deno.test("parseZshHistory() reads start and duration of extended history", () => {
  assert.deepEqual(parsed(": 1700000000:7;make\n"), [
    { startedAtMs: 1_700_000_000_000, durationMs: 7000, command: "make", shell: "zsh" },
  ]);
});

Deno.test("parseZshHistory() gives plain lines no time", () => {
  assert.deepEqual(parsed("ls\n\ncd /\n"), [
    { startedAtMs: undefined, command: "ls", shell: "zsh" },
    { startedAtMs: undefined, command: "cd /", shell: "zsh" },
  ]);
});

Deno.test("parseZshHistory() joins lines that end in a backslash", () => {
  assert.deepEqual(commands(": 1:0;for i in 1 2\\\ndo echo $i\\\ndone\n: 2:0;ls\n"), [
    "for i in 1 2\ndo echo $i\ndone",
    "ls",
  ]);
});

Deno.test("parseZshHistory() keeps a real backslash before a newline and at the end", () => {
  assert.deepEqual(commands(": 1:0;a\\\\\nb\n: 2:0;end \\\\ \n: 3:0;two\\   \nls\n"), [
    "a\\\nb",
    "end \\\\",
    "two\\  ",
    "ls",
  ]);
});

Deno.test("parseZshHistory() decodes metafied bytes", () => {
  // What zsh 5.9 writes for "echo 한글 é".
  const meta = [0xed, 0x83, 0xb5, 0x83, 0xbc, 0xea, 0xb8, 0x80, 0x20, 0xc3, 0xa9];
  assert.deepEqual(commands(": 1:0;echo ", meta, "\nls\n"), ["echo 한글 é", "ls"]);
});

Deno.test("parseZshHistory() takes only what begins with a number for a header", () => {
  assert.deepEqual(commands("\\: ${X:=1}; echo\n: ${X:=1}; echo\n: 12:x;y\n"), [
    ": ${X:=1}; echo",
    ": ${X:=1}; echo",
    "y",
  ]);
});

Deno.test("parseZshHistory() goes on after a time that cannot be meant", () => {
  const drafts = parsed(
    ": 99999999999999999999:0;a\n: 0:0;b\n: -5:0;c\n: 5:99999999999999999999;d\n",
  );
  assert.deepEqual(drafts.map((d) => [d.command, d.startedAtMs, d.durationMs]), [
    ["a", undefined, undefined],
    ["b", undefined, undefined],
    ["c", undefined, undefined],
    ["d", 5000, undefined],
  ]);
});

Deno.test("parseZshHistory() replaces what is not UTF-8 and survives a cut file", () => {
  assert.deepEqual(commands(": 1:0;a", [0xff], "b\n: 2:0;cut\\"), ["a\ufffdb", "cut\\"]);
  for (const head of [": 1", ": 1700000000:", ": 1700000000:0", ": 17:-"]) {
    assert.deepEqual(commands(": 1:0;a\n", head), ["a"], `${head} is no command`);
  }
  assert.deepEqual(commands(": 1:0;a\n: > file"), ["a", ": > file"]);
  assert.deepEqual(commands(": 1:0;a", [0x83]), ["a\ufffd"]);
  assert.deepEqual(commands(), []);
});
