import assert from "node:assert/strict";
import { exitCodeOfOutcome, widgetAnswer } from "../../src/cli/picker/outcome.ts";

Deno.test("widgetAnswer() is the action and the command, byte for byte", () => {
  const chosen = { kind: "chosen", action: "run", command: "a\nb\n" } as const;
  assert.equal(widgetAnswer(chosen), "run\na\nb\n");
  assert.equal(widgetAnswer({ ...chosen, action: "edit", command: "a" }), "edit\na");
  assert.equal(widgetAnswer({ kind: "cancelled" }), "");
});

Deno.test("exitCodeOfOutcome() is 0, 130 or 1", () => {
  const chosen = { kind: "chosen", action: "run", command: "" } as const;
  assert.deepEqual(
    [chosen, { kind: "cancelled" } as const, { kind: "nothing" } as const].map(exitCodeOfOutcome),
    [0, 130, 1],
  );
});
