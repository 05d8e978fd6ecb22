import assert from "node:assert/strict";
import { exitCodeOf, outputOf } from "../../src/cli/picker/outcome.ts";

Deno.test("outputOf() gives a widget the action and the command, byte for byte", () => {
  const chosen = { kind: "chosen", action: "run", command: "a\nb\n" } as const;
  assert.equal(outputOf(chosen, true), "run\na\nb\n");
  assert.equal(outputOf({ ...chosen, command: "a" }, true), "run\na");
  assert.equal(outputOf({ ...chosen, command: "a" }, false), "a\n");
  assert.equal(outputOf({ kind: "cancelled" }, true), "");
});

Deno.test("exitCodeOf() is 0, 130 or 1", () => {
  const chosen = { kind: "chosen", action: "run", command: "" } as const;
  assert.deepEqual(
    [chosen, { kind: "cancelled" } as const, { kind: "nothing" } as const].map(exitCodeOf),
    [0, 130, 1],
  );
});
