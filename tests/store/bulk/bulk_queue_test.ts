/** When the writer commits, and what it does with what it cannot commit. */
import assert from "node:assert/strict";
import { yieldToLoop } from "../../../src/base/async/yield_to_loop.ts";
import { type BatchTaker, BulkQueue } from "../../../src/store/bulk/bulk_queue.ts";
import type { BulkAnswer, BulkRequest } from "../../../src/store/bulk/bulk_task.ts";
import type { History } from "../../../src/store/file/open_history.ts";
import type { ItemSet } from "../../../src/store/set/item_set.ts";
import { openSet } from "../../../src/store/set/open_set.ts";
import type { Outcome } from "../../../src/named/store.ts";
import { denoFiles } from "../../../src/world/deno.ts";
import { makeEntries, makeEntry } from "../../fakes/entries.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { foreign, open, type TempFolder, tempFolder } from "../_open.ts";

class Lab implements Disposable {
  readonly folder: TempFolder = tempFolder();
  readonly path = this.folder.file("history.db");
  readonly history: History = open(this.path);
  readonly clock = new FakeClock();
  readonly answers: BulkAnswer[] = [];
  /** Called with each answer. */
  onAnswer: (answer: BulkAnswer) => void = () => {};
  readonly queue: BulkQueue = new BulkQueue(this.history, this.clock, (answer) => {
    this.answers.push(answer);
    this.onAnswer(answer);
  }, takerOf(openSet(this.history)));

  /** What was said of the request, shortest first: `taken`, `result`, `failed`. */
  of(id: number | "end"): string[] {
    return this.answers.filter((one) => one.id === id)
      .map((one) => Object.keys(one).find((key) => key !== "id") ?? "end");
  }

  /** Waits for the last answer to be `what`; the time does not move. */
  async until(id: number | "end", what: string): Promise<void> {
    for (let turns = 0; this.of(id).at(-1) !== what; turns++) {
      if (turns > 1_000) assert.fail(`${id} is ${this.of(id)}, not ${what}`);
      await yieldToLoop();
    }
  }

  [Symbol.dispose](): void {
    this.history[Symbol.dispose]();
    this.folder[Symbol.dispose]();
  }
}

const ENTRIES = makeEntries(3);

/** A batch is the numbers of entries, in JSON. */
function takerOf(set: ItemSet): BatchTaker {
  return {
    unpack: (packed) =>
      (JSON.parse(new TextDecoder().decode(packed)) as number[])
        .map((at) => ({ entry: ENTRIES[at]! })),
    apply: (items) => set.apply(items),
    forget: () => set.forget(),
  };
}

function batch(id: number, text: string): BulkRequest {
  const packed = new TextEncoder().encode(text);
  return { id, more: true, task: { kind: "batch", peer: "a", packed } };
}

function append(id: number, more: boolean, entries = makeEntries(1)): BulkRequest {
  return { id, more, task: { kind: "append", entries, fromPeer: true } };
}

Deno.test("a transaction is committed when it is large, even if more is to come at once", async () => {
  using lab = new Lab();
  lab.queue.add(append(1, true));
  await lab.until(1, "taken");
  lab.queue.add(append(2, true, Array(100_000).fill(makeEntry())));
  await lab.until(2, "result");
  assert.deepEqual(lab.of(1), ["taken", "result"]);
});

Deno.test("a transaction that waits for more is committed once it is old", async () => {
  using lab = new Lab();
  lab.queue.add(append(1, true));
  await lab.until(1, "taken");
  await lab.clock.untilSleeping();
  await lab.clock.advance(1_500);
  await lab.until(1, "result");
});

Deno.test("others who wait to write are let in after a long transaction", async () => {
  using lab = new Lab();
  lab.onAnswer = ({ id }) => {
    if (id === 1 && lab.of(1).length === 1) void lab.clock.advance(2_000);
  };
  lab.queue.add(append(0, true));
  lab.queue.add(append(1, true));
  lab.queue.add(append(2, false));
  await lab.until(1, "result");
  await lab.clock.untilSleeping();
  assert.deepEqual(lab.of(2), []);
  foreign(lab.path, (db) => db.exec("CREATE TABLE other (a)"));
  await lab.clock.advance(110);
  await lab.until(2, "result");
});

Deno.test("what was written is taken back if the file has gone before it could be committed", async () => {
  using lab = new Lab();
  lab.queue.add(append(1, true));
  await lab.until(1, "taken");
  for (const end of ["", "-wal", "-shm"]) {
    denoFiles().rename(lab.path + end, `${lab.path}${end}.away`);
  }
  lab.queue.add({ id: "end" });
  await lab.until("end", "end");
  assert.deepEqual(lab.of(1), ["taken", "failed"]);
  for (const end of ["", "-wal", "-shm"]) {
    denoFiles().rename(`${lab.path}${end}.away`, lab.path + end);
  }
  assert.equal(lab.history.log.count(), 0);
});

Deno.test("batches are in the file as soon as somebody waits for them, and not before", async () => {
  using lab = new Lab();
  lab.queue.add(batch(1, "[0, 1]"));
  lab.queue.add(batch(2, "[1, 2]"));
  await lab.until(2, "taken");
  using other = open(lab.path);
  assert.equal(other.log.count(), 0);
  lab.queue.add({ id: "flush" });
  await lab.until(2, "result");
  assert.equal(other.log.count(), 3);
  const set = openSet(other);
  assert.equal(set.left(), 0);
  assert.equal(set.digest(0).count, 3);
  const [first, second] = lab.answers.filter((answer) => "result" in answer)
    .map(({ result }) => result as Outcome);
  assert.deepEqual([first!.peer, first!.received, first!.gained.length], ["a", 2, 2]);
  assert.deepEqual([second!.received, [...second!.gained].map(({ id }) => id)], [2, [
    ENTRIES[2]!.id,
  ]]);
});

Deno.test("batches that come slowly are committed twice a second, so that it is seen how far they are", async () => {
  using lab = new Lab();
  lab.queue.add(batch(1, "[0]"));
  await lab.until(1, "taken");
  await lab.clock.untilSleeping();
  await lab.clock.advance(499);
  for (let turns = 0; turns < 20; turns++) await yieldToLoop();
  assert.deepEqual(lab.of(1), ["taken"]);
  await lab.clock.advance(1);
  await lab.until(1, "result");
});

Deno.test("batches that keep coming are committed before somebody has waited for long", async () => {
  using lab = new Lab();
  lab.onAnswer = ({ id }) => {
    if (id === 2 && lab.of(2).length === 1) void lab.clock.advance(700);
  };
  for (const id of [1, 2, 3]) lab.queue.add(batch(id, `[${id - 1}]`));
  await lab.until(2, "result");
  assert.deepEqual(lab.of(3), []);
  await lab.clock.untilSleeping();
  await lab.clock.advance(110);
  lab.queue.add({ id: "end" });
  await lab.until("end", "end");
});

Deno.test("a batch that cannot be read takes nothing with it", async () => {
  using lab = new Lab();
  lab.queue.add(batch(1, "[0]"));
  lab.queue.add(batch(2, "no batch"));
  lab.queue.add(batch(3, "[1]"));
  lab.queue.add({ id: "flush" });
  await lab.until(3, "result");
  assert.deepEqual(lab.of(1), ["taken", "result"]);
  assert.deepEqual(lab.of(2), ["failed"]);
  assert.equal(lab.history.log.count(), 2);
});

Deno.test("batches that were taken back are forgotten by the digests as well", async () => {
  using lab = new Lab();
  lab.queue.add(batch(1, "[0, 1]"));
  await lab.until(1, "taken");
  lab.queue.add(append(2, true, [{ ...makeEntry(), command: null as unknown as string }]));
  await lab.until(2, "failed");
  assert.deepEqual(lab.of(1), ["taken", "failed"]);
  lab.queue.add(batch(3, "[0]"));
  lab.queue.add({ id: "flush" });
  await lab.until(3, "result");
  using other = open(lab.path);
  assert.equal(openSet(other).digest(0).count, 1);
  assert.equal(other.log.count(), 1);
});

Deno.test("nothing goes on behind the answer to the end, not even a turn of the loop", async () => {
  using lab = new Lab();
  const ended = Promise.withResolvers<void>();
  lab.onAnswer = ({ id }) => id === "end" && ended.resolve();
  let turns = 0;
  const { setTimeout, setImmediate } = globalThis;
  Object.assign(globalThis, {
    setTimeout: (then: () => void, ms: number) => (turns++, setTimeout(then, ms)),
    setImmediate: (then: () => void) => (turns++, setImmediate(then)),
  });
  try {
    lab.queue.add({ id: "end" });
    await ended.promise;
    assert.equal(turns, 0);
  } finally {
    Object.assign(globalThis, { setTimeout, setImmediate });
  }
});
