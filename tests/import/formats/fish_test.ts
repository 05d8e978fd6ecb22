import assert from "node:assert/strict";
import { isBroken } from "../../../src/shell/broken_record.ts";
import { parseFishHistory } from "../../../src/import/formats/fish.ts";

function parsed(text: string): unknown[] {
  return [...parseFishHistory(new TextEncoder().encode(text))]
    .map((item) => isBroken(item) ? `broken at ${item.at}` : [item.command, item.startedAtMs]);
}

Deno.test("parseFishHistory() reads commands with escapes, times and paths", () => {
  const text =
    "- cmd: echo a\\nb \\\\ c\n  when: 1700000000\n  paths:\n    - a\n    - b\n- cmd: ls\n";
  assert.deepEqual(parsed(text), [["echo a\nb \\ c", 1_700_000_000_000], ["ls", undefined]]);
  assert.deepEqual(parsed("- cmd: ls\n  when: 5.75\n"), [["ls", 5000]], "as fish reads a fraction");
});

Deno.test("parseFishHistory() counts a run of foreign lines once and goes on", () => {
  const text = "\x00garbage\nmore\n- cmd: ls\n  when: soon\nrubbish\n- cmd: cd\n  when: 5\n";
  assert.deepEqual(parsed(text), ["broken at 1", ["ls", undefined], "broken at 5", ["cd", 5000]]);
});
