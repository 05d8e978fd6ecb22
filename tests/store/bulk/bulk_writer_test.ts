import assert from "node:assert/strict";
import { RrError } from "../../../src/base/rr_error.ts";
import { writeWith } from "../../../src/app/writer/write_with.ts";
import type { BulkAnswer, BulkRequest } from "../../../src/store/bulk/bulk_task.ts";
import { type BulkThreadEvents, BulkWriter } from "../../../src/store/bulk/bulk_writer.ts";
import { openHistory } from "../../../src/store/file/open_history.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { denoFiles } from "../../../src/world/deno.ts";
import { makeEntries } from "../../fakes/entries.ts";
import { foreign, tempFolder } from "../_open.ts";

const clock = systemClock();
const options = { files: denoFiles(), clock };

Deno.test("BulkWriter makes one transaction of tasks that follow each other", async () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  using history = openHistory(path, options);
  await using writer = writeWith(history, clock);
  const entries = makeEntries(300);
  const seen: number[] = [];
  const first = writer.append(entries.slice(0, 150), { more: true }).then((result) => {
    seen.push(history.log.count());
    return result;
  });
  const second = writer.appendPulled("p", entries.slice(100), { cursor: 9, lastId: "x" });
  assert.deepEqual(await first, { inserted: 150, ignored: 0 });
  assert.deepEqual(await second, { inserted: 150, ignored: 50 });
  assert.deepEqual(seen, [300], "it is answered once all of it is in the file");
  assert.deepEqual(history.log.pullState("p"), { cursor: 9, lastId: "x" });
  assert.equal(writer.isIdle, true);
});

Deno.test("BulkWriter leaves nothing of a transaction in which one task fails, and goes on", async () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  using history = openHistory(path, options);
  await using writer = writeWith(history, clock);
  const entries = makeEntries(4);
  const broken = { ...entries[3]!, command: null as unknown as string };
  const results = await Promise.allSettled([
    writer.append([entries[0]!], { more: true }),
    writer.appendPulled("p", [entries[1]!, broken], { cursor: 9, lastId: "x" }),
  ]);
  assert.deepEqual(results.map(({ status }) => status), ["rejected", "rejected"]);
  assert.ok((results[0] as PromiseRejectedResult).reason instanceof RrError);
  assert.equal(history.log.count(), 0);
  assert.equal(history.log.pullState("p").cursor, 0);
  const { inserted } = await writer.append([entries[0]!, entries[2]!]);
  assert.equal(inserted, 2);
  assert.equal(history.log.count(), 2);
});

Deno.test("BulkWriter writes nothing into a file that has taken the place of the history", async () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  using history = openHistory(path, options);
  await using writer = writeWith(history, clock);
  await writer.append(makeEntries(1));
  for (const end of ["", "-wal", "-shm"]) denoFiles().rename(path + end, `${path}${end}.away`);
  const other = openHistory(path, options);
  await assert.rejects(writer.append(makeEntries(2)), /is another file now/);
  other[Symbol.dispose]();
  assert.equal(foreign(path, (db) => db.prepare("SELECT count(*) n FROM entries").get()!.n), 0);
});

Deno.test("BulkWriter makes whoever writes a lot wait until there is room, and tells of a lost thread", async () => {
  const posted: BulkRequest[] = [];
  let events: BulkThreadEvents | undefined;
  const writer = new BulkWriter((told) => {
    events = told;
    return {
      post: (message) => void ("task" in message && posted.push(message)),
      stop: () => Promise.resolve(),
    };
  });
  const many = writer.append(makeEntries(1).flatMap((entry) => Array(20_001).fill(entry)));
  let hasRoom = false;
  const room = writer.room().then(() => hasRoom = true);
  await Promise.resolve();
  assert.equal(hasRoom, false);
  const taken: BulkAnswer = { id: posted[0]!.id, taken: true };
  events!.onAnswer(taken);
  await room;
  events!.onGone(new Error("it fell over"));
  await assert.rejects(many, /it fell over/);
  await assert.rejects(writer.append(makeEntries(1)), /it fell over/);
  await writer[Symbol.asyncDispose]();
});
