import assert from "node:assert/strict";
import { RrError } from "../../../src/base/rr_error.ts";
import type { History } from "../../../src/store/file/open_history.ts";
import { WriteTrouble } from "../../../src/store/file/write_trouble.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { generateEntries } from "../../fakes/history_generator.ts";
import { open, tempFolder } from "../_open.ts";

/** As a disk that has room for so many pages more. */
function leaveRoom({ opened: { db } }: History, pages: number): void {
  db.integer(`PRAGMA max_page_count = ${db.integer("PRAGMA page_count") + pages}`);
}

Deno.test("a history that cannot be written says so until it can be", () => {
  using folder = tempFolder();
  using history = open(folder.file("h.db"));
  const entries = generateEntries(5_000);
  assert.equal(history.trouble.problem, undefined);
  leaveRoom(history, 5);
  assert.throws(() => history.log.append(entries), { code: "io" });
  assert.equal(
    history.trouble.problem,
    `Cannot use the database "${history.path}": the disk is full or the largest allowed size is ` +
      "reached; nothing new is stored until that is put right",
  );
  leaveRoom(history, 1_000_000);
  history.log.append(entries);
  assert.equal(history.trouble.problem, undefined);
});

Deno.test("a history whose transaction cannot begin or end says so, one that is only busy does not", () => {
  using folder = tempFolder();
  using history = open(folder.file("h.db"));
  const { db } = history.opened;
  db.exec("PRAGMA busy_timeout = 0");
  {
    using other = open(folder.file("h.db"));
    other.opened.db.begin();
    assert.throws(() => history.log.append(generateEntries(1)), { code: "busy" });
    assert.equal(history.trouble.problem, undefined);
    other.opened.db.rollback();
  }
  db.exec("PRAGMA query_only = ON");
  assert.throws(() => history.log.append(generateEntries(1)), { code: "io" });
  assert.match(history.trouble.problem!, /may not be written/);
});

Deno.test("of two that write, each tells of itself, and what is long over is forgotten", async () => {
  const clock = new FakeClock();
  const trouble = new WriteTrouble(clock);
  trouble.failed("thread", new RrError("invalid", "A peer sent rubbish"));
  assert.equal(trouble.problem, undefined);
  trouble.failed("thread", new RrError("io", "No room"));
  trouble.worked("process");
  assert.match(trouble.problem!, /^No room; /);
  trouble.worked("thread");
  assert.equal(trouble.problem, undefined);
  trouble.failed("thread", new RrError("database", "Gone"));
  await clock.advance(119_000);
  assert.match(trouble.problem!, /^Gone; /);
  await clock.advance(1_000);
  assert.equal(trouble.problem, undefined);
});
