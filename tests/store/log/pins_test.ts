import assert from "node:assert/strict";
import { makeEntry } from "../../fakes/entries.ts";
import { open, tempFolder } from "../_open.ts";

Deno.test("Pins keeps what was pinned, in that order and in the file, until it is taken away", () => {
  using folder = tempFolder();
  {
    using history = open(folder.file("h.db"));
    assert.equal(history.pins.toggle({ command: "b\nc", seq: 2 }), true);
    assert.equal(history.pins.toggle({ command: "a", seq: 1 }), true);
  }
  using history = open(folder.file("h.db"));
  assert.deepEqual(history.pins.list().map(({ command }) => command).sort(), ["a", "b\nc"]);
  assert.equal(history.pins.toggle({ command: "a", seq: 9 }), false);
  assert.deepEqual(history.pins.list(), [{ command: "b\nc", seq: 2 }]);
});

Deno.test("a pin goes with the last run of its command, however that is deleted", () => {
  using history = open(":memory:");
  const entries = ["token x", "token x", "ls"].map((command) => makeEntry({ command }));
  history.log.append(entries);
  history.pins.toggle({ command: "token x", seq: 1 });
  history.pins.toggle({ command: "ls", seq: 3 });
  history.removal.delete({ ids: [entries[0]!.id] }, "everywhere");
  assert.equal(history.pins.list().length, 2);
  history.removal.delete({ ids: [entries[1]!.id] }, "here");
  assert.deepEqual(history.pins.list(), [{ command: "ls", seq: 3 }]);
});
