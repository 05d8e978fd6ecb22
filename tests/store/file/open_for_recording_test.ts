import assert from "node:assert/strict";
import { LOG_BYTES_LEFT } from "../../../src/store/file/open_file.ts";
import { openForRecording } from "../../../src/store/file/open_for_recording.ts";
import { openForSearching } from "../../../src/store/file/open_for_searching.ts";
import { denoFiles } from "../../../src/world/deno.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { generateEntries } from "../../fakes/history_generator.ts";
import { foreign, open, tempFolder } from "../_open.ts";

const ENTRIES = generateEntries(20, { seed: 11 });
const options = { files: denoFiles(), clock: new FakeClock(Date.UTC(2025, 0, 1)) };

Deno.test("openForRecording() creates a private file; append() is EntryLog's", () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  {
    using recording = openForRecording(path, options);
    assert.deepEqual(recording.append(ENTRIES.slice(0, 3)), { inserted: 3, ignored: 0 });
    assert.deepEqual(recording.append(ENTRIES.slice(2, 4)), { inserted: 1, ignored: 1 });
  }
  assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
  using history = open(path);
  const { entries } = history.log.entriesAfter(0, { entries: 9, bytes: 1e9 });
  assert.deepEqual(entries, ENTRIES.slice(0, 4));
});

Deno.test("RecordingHistory.append() stores all or nothing", () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  using recording = openForRecording(path, options);
  const broken = { ...ENTRIES[1]!, command: null as unknown as string };
  assert.throws(() => recording.append([ENTRIES[0]!, broken]));
  using history = open(path);
  assert.equal(history.log.count(), 0);
});

Deno.test("RecordingHistory.whole() works on the same connection; the log is left to the next", async () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  const recording = openForRecording(path, options);
  recording.append(ENTRIES.slice(0, 10));
  const whole = await recording.whole();
  const before = whole.dataVersion();
  recording.append(ENTRIES.slice(10, 20));
  assert.equal(whole.dataVersion(), before);
  assert.equal(whole.log.count(), 20);
  recording[Symbol.dispose]();
  recording[Symbol.dispose]();
  // Folding it in would wait for the disk, after each command.
  assert.notEqual(denoFiles().stat(`${path}-wal`)?.size ?? 0, 0);
  assert.equal(foreign(path, (db) => db.prepare("SELECT count(*) n FROM entries").get()!.n), 20);
});

Deno.test("a write-ahead log that has grown long is folded in by whoever leaves, so that it starts anew", () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  Deno.symlinkSync(path, folder.file("link.db"));
  open(path)[Symbol.dispose]();
  for (const [seed, leaver] of [openForRecording, openForSearching].entries()) {
    using keeper = openForRecording(folder.file("link.db"), options);
    for (const entry of generateEntries(80, { seed })) {
      keeper.append([{ ...entry, command: "x".repeat(20_000) }]);
    }
    assert.ok(denoFiles().stat(`${path}-wal`)!.size > LOG_BYTES_LEFT);
    leaver(folder.file("link.db"), options)[Symbol.dispose]();
    assert.ok(denoFiles().stat(`${path}-wal`) !== undefined, "still in use");
    keeper[Symbol.dispose]();
    assert.equal(denoFiles().stat(`${path}-wal`), undefined, "nobody uses it");
  }
});
