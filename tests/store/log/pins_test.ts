import assert from "node:assert/strict";
import fc from "fast-check";
import type { RunFilter } from "../../../src/history/run_filter.ts";
import type { History } from "../../../src/store/file/open_history.ts";
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

/** Tells another device all that one has. */
function tell(from: History, to: History): void {
  const { on, off } = from.pins.ids();
  to.pins.take({ on: from.pins.some(new Set(on)), off }, (command) => runOf(to, command));
}

function runOf(history: History, command: string): number | undefined {
  return history.search.runsOf(command, 1).newestSeq;
}

function pinned(history: History): string[] {
  return history.pins.list().map(({ command }) => command).sort();
}

/** A device that has run these. */
function device(commands: readonly string[]): History {
  const history = open(":memory:");
  history.log.append(commands.map((command) => makeEntry({ command })));
  return history;
}

Deno.test("what is pinned here is pinned elsewhere by a run of its own, and what is taken away stays away", () => {
  using a = device(["ls", "make"]);
  using b = device(["true", "make"]);
  a.pins.toggle({ command: "make", seq: 2 });
  tell(a, b);
  assert.deepEqual(b.pins.list(), [{ command: "make", seq: runOf(b, "make") }]);
  assert.deepEqual(b.pins.some(new Set(b.pins.ids().on)), a.pins.some(new Set(a.pins.ids().on)));
  assert.equal(b.pins.toggle({ command: "make", seq: 2 }), false);
  // The other one has not heard of it, and tells again what it has.
  tell(a, b);
  assert.deepEqual(pinned(b), []);
  tell(b, a);
  assert.deepEqual(pinned(a), []);
  assert.equal(a.pins.toggle({ command: "make", seq: 2 }), true);
  tell(a, b);
  assert.deepEqual(pinned(b), ["make"], "it was pinned again");
});

Deno.test("a pin of a command that has no run here is not kept, as it may have been deleted", () => {
  using a = device(["token x"]);
  using b = device(["ls"]);
  a.pins.toggle({ command: "token x", seq: 1 });
  tell(a, b);
  assert.deepEqual(b.pins.ids(), { on: [], off: [] });
  b.log.append([makeEntry({ command: "token x" })]);
  tell(a, b);
  assert.deepEqual(pinned(b), ["token x"]);
});

Deno.test("the last run of a command takes its pin away here only", () => {
  using a = device(["make"]);
  using b = device(["make"]);
  a.pins.toggle({ command: "make", seq: 1 });
  tell(a, b);
  b.removal.delete({ command: "make" }, "here");
  tell(b, a);
  assert.deepEqual([pinned(a), pinned(b)], [["make"], []]);
});

Deno.test("whatever is pinned and taken away where, and told to whom in which order, all come to the same", () => {
  const commands = ["a", "b", "c"];
  const step = fc.record({
    at: fc.nat(2),
    command: fc.option(fc.constantFrom(...commands)),
    to: fc.nat(2),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      using a = device(commands);
      using b = device(commands);
      using c = device(commands);
      const devices = [a, b, c];
      for (const { at, command, to } of steps) {
        const one = devices[at]!;
        if (command !== null) one.pins.toggle({ command, seq: runOf(one, command)! });
        else if (at !== to) tell(one, devices[to]!);
      }
      const last = steps.findLast(({ command }) => command !== null);
      for (let round = 0; round < 3; round++) {
        for (const one of devices) for (const other of devices) if (one !== other) tell(one, other);
      }
      assert.deepEqual(pinned(b), pinned(a));
      assert.deepEqual(pinned(c), pinned(a));
      assert.deepEqual(b.pins.ids().on.toSorted(), a.pins.ids().on.toSorted());
      assert.ok(last !== undefined || pinned(a).length === 0);
    }),
    { numRuns: 60 },
  );
});

Deno.test("what two devices have pinned at the same time is taken away as one, also from who knows one of the two", () => {
  using a = device(["make"]);
  using b = device(["make"]);
  using c = device(["make"]);
  for (const one of [a, b]) one.pins.toggle({ command: "make", seq: 1 });
  const idOf = (one: History): string => one.pins.ids().on[0]!;
  const [lower, higher] = idOf(a) < idOf(b) ? [a, b] : [b, a];
  tell(higher, c);
  tell(lower, higher);
  assert.equal(higher.pins.toggle({ command: "make", seq: 1 }), false);
  tell(c, higher);
  assert.deepEqual(pinned(higher), [], "c has the pin that gave way");
  tell(higher, c);
  tell(higher, lower);
  assert.deepEqual([pinned(c), pinned(lower)], [[], []]);
});

Deno.test("pins of other devices are bounded", () => {
  const commands = Array.from({ length: 1_001 }, (_, i) => `echo ${i}`);
  using a = device(commands);
  const on = commands.map((command, i) => ({
    id: i.toString(16).padStart(32, "0"),
    command,
    atMs: i,
  }));
  a.pins.take({ on, off: [] }, () => 1);
  assert.equal(a.pins.ids().on.length, 1_000);
});

Deno.test("ids of pins taken away are bounded: the newest are remembered", () => {
  using a = device(["ls"]);
  const ids = Array.from({ length: 5_000 }, (_, i) => i.toString(16).padStart(32, "0"));
  a.pins.take({ on: [], off: ids }, () => undefined);
  const { off } = a.pins.ids();
  assert.equal(off.length, 4_096);
  assert.equal(off.at(-1), ids.at(-1));
});
