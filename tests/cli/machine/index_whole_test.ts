/** A stop is heard between two steps of indexing. */
import assert from "node:assert/strict";
import { indexWhole } from "../../../src/cli/machine/index_whole.ts";
import type { History } from "../../../src/store/file/open_history.ts";

/** An index with so many rows that are not in it; each step takes in one. */
function fakeIndex(rows: number): Pick<History, "index"> {
  let left = rows;
  const index = { left: () => left, catchUp: () => --left };
  return { index: index as unknown as History["index"] };
}

Deno.test("indexWhole() goes on to the end, and says how far it is", async () => {
  const history = fakeIndex(3);
  const seen: string[] = [];
  const say = (done: number, total: number): void => void seen.push(`${done}/${total}`);
  await indexWhole(history, say, new AbortController().signal);
  assert.deepEqual(seen, ["0/3", "1/3", "2/3"]);
});

Deno.test("indexWhole() hears a signal that comes while it works", async () => {
  const history = fakeIndex(1_000_000);
  const stop = new AbortController();
  setImmediate(() => stop.abort(new Error("Ctrl-C")));
  await assert.rejects(indexWhole(history, () => {}, stop.signal), /Ctrl-C/);
  assert.ok(history.index.left() > 0);
});
