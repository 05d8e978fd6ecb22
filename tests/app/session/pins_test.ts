/** Pins between real sessions: libp2p on loopback, SQLite in files. */
import assert from "node:assert/strict";
import { makeEntry } from "../../fakes/entries.ts";
import { equal, realTest, TestDevice, until } from "./_replication.ts";

/** What the picker does, and what the daemon does when it sees the file changed. */
function toggle(device: TestDevice, command: string): boolean {
  const seq = device.history.search.runsOf(command, 1).newestSeq!;
  const isPinned = device.history.pins.toggle({ command, seq });
  device.session?.engine.localChange();
  return isPinned;
}

function pinned(device: TestDevice): string[] {
  return device.history.pins.list().map(({ command }) => command).sort();
}

function have(devices: readonly TestDevice[], commands: readonly string[]): () => boolean {
  return () => devices.every((device) => `${pinned(device)}` === `${commands}`);
}

function entries(...commands: string[]): ReturnType<typeof makeEntry>[] {
  return commands.map((command) => makeEntry({ command }));
}

realTest(
  "a pin is on every device at once, also behind another one, and so is its end",
  async () => {
    await using a = new TestDevice("a");
    await using b = new TestDevice("b");
    await using c = new TestDevice("c");
    a.history.log.append(entries("ls", "make", "git push"));
    toggle(a, "make");
    await a.start([]);
    await b.start([a]);
    await c.start([b]);
    // With the first sync, and only once its command is there.
    await until("all have all", equal([a, b, c], 3));
    await until("all have the pin", have([a, b, c], ["make"]));
    toggle(c, "git push");
    await until("all have both", have([a, b, c], ["git push", "make"]));
    toggle(b, "make");
    await until("all have one", have([a, b, c], ["git push"]));
  },
);

realTest(
  "a device that was away learns what was pinned and taken away, and brings nothing back",
  async () => {
    await using a = new TestDevice("a");
    await using b = new TestDevice("b");
    a.history.log.append(entries("ls", "make", "git push"));
    await a.start([]);
    await b.start([a]);
    await until("both have all", equal([a, b], 3));
    toggle(a, "make");
    await until("both have the pin", have([a, b], ["make"]));
    await b.stop();
    toggle(a, "make");
    toggle(a, "git push");
    toggle(b, "ls");
    await b.start([a]);
    await until("both have the two", have([a, b], ["git push", "ls"]));
    assert.equal(toggle(b, "make"), true, "what is pinned again is pinned");
    await until("both have the three", have([a, b], ["git push", "ls", "make"]));
  },
);

realTest(
  "a pin goes with a command that is deleted everywhere, and does not come back",
  async () => {
    await using a = new TestDevice("a");
    await using b = new TestDevice("b");
    a.history.log.append(entries("ls", "token x"));
    toggle(a, "token x");
    toggle(a, "ls");
    await a.start([]);
    await b.start([a]);
    await until("both have the pins", have([a, b], ["ls", "token x"]));
    await b.stop();
    a.history.removal.delete({ command: "token x" }, "everywhere");
    a.session!.engine.localChange();
    await b.start([a]);
    await until("it is gone", have([a, b], ["ls"]));
    toggle(b, "ls");
    await until("the later word has come", have([a, b], []));
  },
);

realTest("between devices of version 1 pins stay where they are", async () => {
  await using a = new TestDevice("a");
  await using b = new TestDevice("b");
  a.history.log.append(entries("ls", "make"));
  toggle(a, "make");
  await a.start([], ["1"]);
  await b.start([a]);
  await until("both have all", equal([a, b], 2));
  a.record(entries("true"));
  await until("a later one as well", equal([a, b], 3));
  assert.deepEqual([pinned(a), pinned(b)], [["make"], []]);
});
