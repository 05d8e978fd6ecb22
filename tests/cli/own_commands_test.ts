/** What the capture rules take for our own is what the program has. */
import assert from "node:assert/strict";
import { OWN_COMMANDS } from "../../src/capture/rules.ts";
import { COMMANDS } from "../../src/cli/commands.ts";

Deno.test("every command of rr is one of the capture rules' own", () => {
  assert.deepEqual(Object.keys(COMMANDS).filter((name) => !OWN_COMMANDS.includes(name)), []);
});
