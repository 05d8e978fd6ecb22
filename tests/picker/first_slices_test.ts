/** What a picker shows first may come from memory, and never differs from what the history says. */
import assert from "node:assert/strict";
import { FirstSlices } from "../../src/cli/picker/first_slices.ts";
import {
  historySource,
  orderedSlices,
  type PickerPlace,
} from "../../src/cli/picker/history_source.ts";
import type { DeviceId } from "../../src/history/entry.ts";
import type { Filter } from "../../src/picker/state/state.ts";
import { CommandIndex, type Slice } from "../../src/search/index.ts";
import { type History, openHistory } from "../../src/store/file/open_history.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { makeEntry } from "../fakes/entries.ts";
import { FakeClock } from "../fakes/fake_clock.ts";

const PLACE: PickerPlace = {
  userId: "ana",
  deviceId: "laptop" as DeviceId,
  cwd: "/w",
  workspace: "/w",
  session: "s1",
};
const ALL: Filter = { scope: "all", okOnly: false };

class Lab implements Disposable {
  readonly history: History = openHistory(":memory:", {
    files: denoFiles(),
    clock: new FakeClock(),
  });
  readonly firstSlices: FirstSlices = new FirstSlices(this.history);
  /** Times that the history was asked for an order. */
  reads = 0;
  #runs = 0;

  constructor() {
    this.run(...Array.from({ length: 600 }, (_, i) => `command ${i % 450}`), "ls", "make");
  }

  run(...commands: readonly string[]): void {
    this.runIn("s1", ...commands);
  }

  runIn(session: string, ...commands: readonly string[]): void {
    this.history.log.append(commands.map((command) =>
      makeEntry({
        command,
        deviceId: PLACE.deviceId,
        cwd: "/w",
        session,
        startedAtMs: 1_700_000_000_000 + ++this.#runs * 1000,
      })
    ));
  }

  /** As a picker of the daemon reads them. */
  warm(filter = ALL, place = PLACE): Generator<Slice> {
    const { search } = this.history;
    const counted = {
      commands: (...args: Parameters<typeof search.commands>) => {
        this.reads++;
        return search.commands(...args);
      },
      rankedCommands: (...args: Parameters<typeof search.rankedCommands>) => {
        this.reads++;
        return search.rankedCommands(...args);
      },
      has: (what: "session" | "host", name: string) => search.has(what, name),
    };
    return orderedSlices(counted, filter, place, this.firstSlices);
  }

  cold(filter = ALL, place = PLACE): string[] {
    return textsOf(orderedSlices(this.history.search, filter, place, undefined));
  }

  [Symbol.dispose](): void {
    this.history[Symbol.dispose]();
  }
}

function textsOf(slices: Iterable<Slice>): string[] {
  const index = new CommandIndex();
  for (const slice of slices) index.append(slice);
  return Array.from({ length: index.lines }, (_, line) => index.text(line));
}

Deno.test("the first slice comes from memory, without the history being asked for an order", () => {
  using lab = new Lab();
  assert.deepEqual(textsOf(lab.warm()), lab.cold());
  lab.reads = 0;
  const slices = lab.warm();
  const first = slices.next().value as Slice;
  assert.equal(lab.reads, 0);
  assert.deepEqual(textsOf([first]), lab.cold().slice(0, first.ids.length));
  assert.deepEqual(textsOf([first, ...slices]), lab.cold(), "and the rest follows it");
  assert.equal(lab.reads, 1);
});

Deno.test("a command that was run since is there, and one that was deleted is not", () => {
  using lab = new Lab();
  lab.warm().next();
  lab.run("just now");
  assert.deepEqual(textsOf(lab.warm()), lab.cold());
  assert.ok(lab.cold().includes("just now"));
  lab.history.removal.delete({ command: "ls" }, "here");
  const texts = textsOf(lab.warm());
  assert.equal(texts.includes("ls"), false);
  assert.deepEqual(texts, lab.cold());
});

Deno.test("what changes behind the first slice of an open picker gives no command twice", () => {
  using lab = new Lab();
  lab.warm().next();
  const slices = lab.warm();
  const first = slices.next().value as Slice;
  lab.run("meanwhile", "command 3");
  const texts = textsOf([first, ...slices]);
  assert.equal(new Set(texts).size, texts.length);
  assert.deepEqual(texts.toSorted(), lab.cold().toSorted());
});

Deno.test("each place and order has its own, and the ones of long ago are given back", () => {
  using lab = new Lab();
  const asked = (filter: Filter, place: PickerPlace): number => {
    lab.reads = 0;
    lab.warm(filter, place).next();
    return lab.reads;
  };
  const newest = { ...ALL, newestFirst: true };
  for (const session of ["s2", "s3", "s4"]) lab.runIn(session, "ls");
  assert.equal(asked(ALL, PLACE), 1);
  assert.equal(asked(newest, PLACE), 1);
  assert.equal(asked({ ...ALL, okOnly: true }, PLACE), 1, "a filter is always read");
  assert.equal(asked({ ...ALL, okOnly: true }, PLACE), 1);
  assert.equal(asked(ALL, PLACE), 0);
  assert.equal(asked(newest, PLACE), 0);
  for (const session of ["s2", "s3", "s4"]) {
    assert.equal(asked(ALL, { ...PLACE, session }), 1);
    assert.equal(asked(ALL, { ...PLACE, session }), 0);
  }
  assert.equal(asked(ALL, PLACE), 1);
});

Deno.test("shells in which nothing was run yet share what was read, whether it is indexed or not", () => {
  for (const isIndexed of [false, true]) {
    using lab = new Lab();
    lab.runIn("s2", "only in s2", "command 7");
    while (isIndexed && lab.history.index.catchUp() > 0);
    const fresh = { ...PLACE, session: undefined };
    lab.warm(ALL, fresh).next();
    lab.reads = 0;
    const slices = lab.warm(ALL, { ...PLACE, session: "s9" });
    const first = slices.next().value as Slice;
    assert.equal(lab.reads, 0);
    assert.deepEqual(textsOf([first, ...slices]), lab.cold(ALL, fresh));
    const other = { ...PLACE, session: "s2" };
    assert.deepEqual(textsOf(lab.warm(ALL, other)), lab.cold(ALL, other));
    assert.ok(lab.reads > 0, "one that has runs has its own");
  }
});

Deno.test("pins come before what is in memory", () => {
  using lab = new Lab();
  const { search, pins, log } = lab.history;
  const source = historySource(
    { search, pins, deleteCommand: () => 0, firstSlices: lab.firstSlices },
    PLACE,
  );
  const texts = (): string[] => {
    const slices = source.slices(ALL);
    return textsOf({ [Symbol.iterator]: () => slices });
  };
  texts();
  pins.toggle({ command: "command 7", seq: log.headSeq() });
  assert.equal(texts()[0], "command 7");
  assert.deepEqual(texts().toSorted(), lab.cold().toSorted());
});
