import assert from "node:assert/strict";
import { openWriter, openWriterBeside } from "../../../src/app/writer/open_writer.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { RrError } from "../../../src/base/rr_error.ts";
import type { Batch } from "../../../src/named/frames.ts";
import { openSet } from "../../../src/store/set/open_set.ts";
import { encodeFrame } from "../../../src/wire/v2/codec.ts";
import { FrameReader } from "../../../src/wire/v2/frame.ts";
import { openHistory } from "../../../src/store/file/open_history.ts";
import { denoFiles } from "../../../src/world/deno.ts";
import { makeEntries } from "../../fakes/entries.ts";
import { foreign, tempFolder } from "../../store/_open.ts";

const options = { files: denoFiles(), clock: systemClock() };

Deno.test("openWriter() writes from a thread of its own, beside who reads", async () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  using history = openHistory(path, options);
  const entries = makeEntries(500);
  {
    await using writer = await openWriter(path);
    const first = writer.append(entries.slice(0, 250), { more: true });
    const second = writer.append(entries.slice(200));
    assert.deepEqual(await first, { inserted: 250, ignored: 0 });
    assert.deepEqual(await second, { inserted: 250, ignored: 50 });
    assert.equal(history.log.count(), 500);
    void writer.append(makeEntries(501).slice(500));
  }
  assert.equal(history.log.count(), 501, "disposing waits for what was handed over");
});

Deno.test("openWriter() takes batches in as they came from a peer", async () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  using history = openHistory(path, options);
  const items = makeEntries(300).map((entry) => ({ entry }));
  const { packed } = packedOf({ type: "batch", items });
  {
    await using writer = await openWriter(path);
    // A piece of something larger must cross as what it is.
    const larger = new Uint8Array(packed.length + 10);
    larger.set(packed, 5);
    const outcome = await writer.takeBatch("a", larger.subarray(5, 5 + packed.length));
    assert.deepEqual([outcome.received, outcome.gained.length], [300, 300]);
    await assert.rejects(writer.takeBatch("a", packed.subarray(0, 40)), /Cannot/);
    assert.equal((await writer.takeBatch("a", packed)).gained.length, 0);
  }
  assert.equal(openSet(history).digest(0).count, 300);
});

function packedOf(batch: Batch): { readonly packed: Uint8Array } {
  const [raw] = new FrameReader().push(encodeFrame(batch));
  return { packed: raw!.packed! };
}

Deno.test("openWriterBeside() leaves no log behind that the next small transaction would fold in", async () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  using history = openHistory(path, options);
  {
    await using writer = await openWriterBeside(history);
    await writer.append(makeEntries(30_000));
    history.log.append(makeEntries(30_001).slice(30_000));
  }
  const log = `${path}-wal`;
  const { size } = Deno.statSync(log);
  assert.ok(size > 4 * 1024 * 1024, `${size} bytes`);
  history.log.append(makeEntries(30_002).slice(30_001));
  assert.equal(Deno.statSync(log).size, size, "all of it is in the file: the log begins anew");
});

Deno.test("what a writer beside a history cannot write, the history tells of", async () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  using history = openHistory(path, options);
  await using writer = await openWriterBeside(history);
  foreign(path, (db) => db.exec("ALTER TABLE entries RENAME TO elsewhere"));
  await assert.rejects(writer.append(makeEntries(1)), { code: "database" });
  assert.match(history.trouble.problem!, /no such table/);
  foreign(path, (db) => db.exec("ALTER TABLE elsewhere RENAME TO entries"));
  await writer.append(makeEntries(1));
  assert.equal(history.trouble.problem, undefined);
});

Deno.test("openWriter() says why the history cannot be opened", async () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  Deno.writeTextFileSync(path, "no database at all, only text, but of some length");
  await assert.rejects(
    openWriter(path),
    (error) => error instanceof RrError && error.code === "database" && error.hint !== undefined,
  );
});
