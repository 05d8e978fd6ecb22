import assert from "node:assert/strict";
import type { RunFilter } from "../../../src/history/run_filter.ts";
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

Deno.test("the filter for pinned commands means the same in every reader, also with ! before it", () => {
  using history = open(":memory:");
  const names = ["a", "b\nc", "ls", "ls", "git 'x'"];
  history.log.append(names.map((command) => makeEntry({ command, durationMs: 5 })));
  const { search, stats, removal, pins } = history;
  for (const command of ["ls", "git 'x'"]) pins.toggle({ command, seq: 1 });
  const pinned = { pinned: true } as const;
  const others = { clauses: [{ anyOf: [pinned], negated: true }] };
  for (const isIndexed of [false, true]) {
    if (isIndexed) history.index.catchUp();
    const found = (filter: RunFilter): string[] =>
      search.find({ ...filter, limit: 10 }).map(({ command }) => command).sort();
    assert.deepEqual(found(pinned), ["git 'x'", "ls", "ls"]);
    assert.deepEqual(found(others), ["a", "b\nc"]);
    assert.deepEqual(
      stats.summary(pinned, { longest: 9 }).longest.map(({ command }) => command).sort(),
      ["git 'x'", "ls", "ls"],
    );
    assert.equal(stats.summary(others).runs, 2);
    assert.equal(removal.count({ query: pinned }), 3);
    assert.equal(
      [...search.commands(pinned)].reduce((sum, slice) => sum + slice.seqs.length, 0),
      2,
    );
  }
});
