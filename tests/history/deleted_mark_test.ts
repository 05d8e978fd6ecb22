import assert from "node:assert/strict";
import { deletedMark } from "../../src/history/deleted_mark.ts";

Deno.test("deletedMark() is the same for a command, with blanks around or not, and another with another salt", () => {
  // As it stands in databases: it may not change.
  assert.equal(deletedMark("echo one", "00ff"), deletedMark(" echo one\n", "00ff"));
  assert.notEqual(deletedMark("echo one", "00ff"), deletedMark("echo one", "00fe"));
  assert.notEqual(deletedMark("echo one", "00ff"), deletedMark("echo two", "00ff"));
  assert.equal(deletedMark("echo ünï", "00ff"), 264426133312670);
});
