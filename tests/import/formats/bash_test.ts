import assert from "node:assert/strict";
import { parseBashHistory } from "../../../src/import/formats/bash.ts";

function parsed(text: string): [string, number | undefined][] {
  return [...parseBashHistory(new TextEncoder().encode(text))].map((
    d,
  ) => [d.command, d.startedAtMs]);
}

Deno.test("parseBashHistory() takes every line of a file without times as a command", () => {
  assert.deepEqual(parsed("ls\n\ncd /\n#123\n"), [
    ["ls", undefined],
    ["cd /", undefined],
    ["#123", undefined],
  ]);
});

Deno.test("parseBashHistory() joins lines up to the next time", () => {
  assert.deepEqual(parsed("#1700000000\ncat <<E\n\n  x\nE\n#1700000005\nls\n"), [
    ["cat <<E\n\n  x\nE", 1_700_000_000_000],
    ["ls", 1_700_000_005_000],
  ]);
});

Deno.test("parseBashHistory() gives a time in a file that began without to one line", () => {
  assert.deepEqual(parsed("old\n#1700000000\nls\nnext\n"), [
    ["old", undefined],
    ["ls", 1_700_000_000_000],
    ["next", undefined],
  ]);
});

Deno.test("parseBashHistory() keeps a typed #123 and a comment inside a command", () => {
  assert.deepEqual(parsed("#1700000000\necho a\n#123\n# note\n#1700000001\nls\n"), [
    ["echo a\n#123\n# note", 1_700_000_000_000],
    ["ls", 1_700_000_001_000],
  ]);
});

Deno.test("parseBashHistory() goes on after a time that cannot be meant", () => {
  assert.deepEqual(parsed("#1700000000\na\n#99999999999999999999\nb\n#1700000002\nc"), [
    ["a", 1_700_000_000_000],
    ["b", undefined],
    ["c", 1_700_000_002_000],
  ]);
});

Deno.test("parseBashHistory() drops a time without a command", () => {
  assert.deepEqual(parsed("#1700000000\n#1700000001\nls\n#1700000002\n"), [
    ["ls", 1_700_000_001_000],
  ]);
});
