import assert from "node:assert/strict";
import { spanMayHold, storedSpans } from "../../../src/store/index/chunks.ts";
import { generateEntries } from "../../fakes/history_generator.ts";
import { open, tempFolder } from "../_open.ts";

Deno.test("spanMayHold() asks for what a chunk holds, and takes what is not there for possible", () => {
  using folder = tempFolder();
  using history = open(folder.file("h.db"));
  history.log.append(generateEntries(300));
  while (history.index.catchUp() > 0);
  const { db } = history.opened;
  const [span] = storedSpans(db);
  assert.ok(span !== undefined);
  let commands = 0;
  assert.equal(spanMayHold(db, span, (...[, , ids]) => (commands = ids.length) < 0), false);
  assert.ok(commands > 0, "it was shown the commands");
  assert.equal(spanMayHold(db, span, () => true), true);
  const before = { ...span, firstSeq: 0, lastSeq: 0 };
  assert.equal(spanMayHold(db, before, () => false), true);
});
