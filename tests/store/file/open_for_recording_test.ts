import assert from "node:assert/strict";
import { openForRecording } from "../../../src/store/file/open_for_recording.ts";
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
