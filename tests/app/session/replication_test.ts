/** Protocol 2 between real sessions: libp2p on loopback, SQLite in files. */
import assert from "node:assert/strict";
import { denoFiles } from "../../../src/world/deno.ts";
import { makeEntries } from "../../fakes/entries.ts";
import { equal, pulls, realTest, TestDevice, until } from "./_replication.ts";

realTest(
  "two devices become equal by protocol 2, and version 1 is not used between them",
  async () => {
    await using a = new TestDevice("a");
    await using b = new TestDevice("b");
    a.history.log.append(makeEntries(3_000));
    b.history.log.append(makeEntries(500));
    await a.start([]);
    await b.start([a]);
    await until("both have all", equal([a, b], 3_500));
    await until("both know it", () =>
      b.session!.replication!.isEqual(a.session!.node.peer) &&
      a.session!.replication!.isEqual(b.session!.node.peer));
    assert.equal(pulls(a) + pulls(b), 0);
  },
);

realTest("a command recorded here is there at once, also over a device between", async () => {
  await using a = new TestDevice("a");
  await using b = new TestDevice("b");
  await using c = new TestDevice("c");
  await a.start([]);
  await b.start([a]);
  await c.start([b]);
  a.record(makeEntries(1));
  await until("the first is everywhere", equal([a, b, c], 1));
  const isEqual = (one: TestDevice, other: TestDevice): boolean =>
    one.session!.replication!.isEqual(other.session!.node.peer);
  await until(
    "they know it",
    () => [[a, b], [b, a], [b, c], [c, b]].every(([one, other]) => isEqual(one!, other!)),
  );
  const exchanges = (): number => a.exchanges + b.exchanges + c.exchanges;
  const before = exchanges();
  a.record(makeEntries(1));
  await until("the second is everywhere", equal([a, b, c], 2));
  assert.equal(exchanges(), before, "nobody had to ask for it");
  c.record(makeEntries(1));
  await until("the third is everywhere", equal([a, b, c], 3));
});

realTest(
  "a deletion reaches every device, also one that was away, and nothing brings it back",
  async () => {
    await using a = new TestDevice("a");
    await using b = new TestDevice("b");
    await using c = new TestDevice("c");
    const entries = makeEntries(200);
    a.history.log.append(entries);
    await a.start([]);
    await b.start([a]);
    await c.start([a]);
    await until("all have all", equal([a, b, c], 200));
    await c.stop();
    assert.equal(a.history.removal.delete({ ids: [entries[7]!.id] }, "everywhere"), 1);
    a.session!.engine.localChange();
    await until("it is gone from b", () => !b.history.log.has(entries[7]!.id));
    assert.equal(b.erased > 0, true);
    await c.start([a]);
    await until("it is gone from c", () => !c.history.log.has(entries[7]!.id));
    assert.deepEqual(c.history.log.append([entries[7]!]), { inserted: 0, ignored: 1 });
    assert.equal(equal([a, b, c], 199)(), true);
  },
);

realTest("what is deleted elsewhere is in no byte of the files here", async () => {
  await using a = new TestDevice("a");
  await using b = new TestDevice("b");
  const secret = "hunter2-correct-horse";
  const entries = makeEntries(300);
  const deleted = { ...entries[7]!, command: `login --password ${secret}` };
  a.history.log.append(entries.with(7, deleted));
  await a.start([]);
  await b.start([a]);
  await until("both have all", equal([a, b], 300));
  while (b.history.index.catchUp() > 0);
  assert.ok(bytesOf(b.folder).includes(secret));
  a.history.removal.delete({ command: deleted.command }, "everywhere");
  a.session!.engine.localChange();
  await until("it is gone from b", () => !b.history.log.has(deleted.id));
  await until("b is told to clear its file", () => b.erased > 0);
  assert.equal(b.history.removal.scrubDue(), true);
  // What the daemon has `rr delete --finish` do.
  b.history.removal.scrub();
  assert.equal(bytesOf(b.folder).includes(secret), false);
});

function bytesOf(folder: string): string {
  return Array.from(
    Deno.readDirSync(folder),
    ({ name }) => new TextDecoder("latin1").decode(Deno.readFileSync(`${folder}/${name}`)),
  ).join("");
}

realTest(
  "a recreated, a restored and a cloned history become equal again, and nothing is lost",
  async () => {
    await using a = new TestDevice("a");
    await using b = new TestDevice("b");
    await using clone = new TestDevice("clone");
    a.history.log.append(makeEntries(300));
    await a.start([]);
    await b.start([a]);
    await until("both have all", equal([a, b], 300));
    await b.replaceFile(() => {});
    const backup = Deno.readFileSync(b.path);
    await clone.replaceFile((path) => Deno.writeFileSync(path, backup));
    await b.start([a]);
    b.record(makeEntries(50));
    a.record(makeEntries(10));
    await until("the new ones are on both", equal([a, b], 360));
    await b.replaceFile((path) => {
      for (const end of ["", "-wal", "-shm"]) denoFiles().remove(path + end);
      Deno.writeFileSync(path, backup);
    });
    b.record(makeEntries(5));
    await b.start([a]);
    await clone.start([a]);
    clone.record(makeEntries(3));
    await until("all are equal after a restore", equal([a, b, clone], 368));
    await b.replaceFile((path) => {
      for (const end of ["", "-wal", "-shm"]) denoFiles().remove(path + end);
    });
    await b.start([a]);
    await until("all are equal after a loss", equal([a, b, clone], 368));
  },
);
