import assert from "node:assert/strict";
import { tidyCommand } from "../../src/capture/tidy.ts";

for (
  const [typed, kept] of [
    ["ls", "ls"],
    ["ls ", "ls"],
    ["  ls\t\n", "ls"],
    ["a\n  b\n", "a\n  b"],
    ["cd a\\ ", "cd a\\ "],
    ["cd a\\  \n", "cd a\\ "],
    ["echo \\\\ ", "echo \\\\"],
    ["echo \\\n", "echo \\"],
    ["echo \\\r\n", "echo \\"],
    [" \t\n", ""],
    ["", ""],
  ] as const
) {
  Deno.test(`tidyCommand(${JSON.stringify(typed)}) is ${JSON.stringify(kept)}`, () => {
    assert.equal(tidyCommand(typed), kept);
    assert.equal(tidyCommand(kept), kept);
  });
}
