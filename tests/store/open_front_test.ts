import assert from "node:assert/strict";
import type { Entry } from "../../src/history/entry.ts";
import { type HistoryFront, openFront } from "../../src/store/open_front.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { generateEntries } from "../fakes/history_generator.ts";
import { foreign, open, tempFolder } from "./_open.ts";

const NOW_MS = Date.UTC(2025, 0, 1);
const ENTRIES = generateEntries(4000, { seed: 11 });

Deno.test("openFront() appends what openHistory() reads, and creates a private file", () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  {
    using front = openAt(path);
    front.log.append(ENTRIES.slice(0, 3));
  }
  assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
  using history = open(path);
  assert.deepEqual(history.log.entriesAfter(0, { entries: 9, bytes: 1e9 }).entries, [
    ...ENTRIES.slice(0, 3),
  ]);
});

Deno.test("HistoryFront.newest() gives what Recall.find() gives, or nothing if that lies deeper", () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  using history = open(path);
  history.log.append(ENTRIES);
  while (history.index.catchUp() > 0);
  using front = openAt(path);
  let shallow = 0;
  const word = ENTRIES.at(-5)!.command.split(" ")[0]!;
  for (const words of [[], [word], [word.toUpperCase()], ["no such word"], ["ß"]]) {
    for (const limit of [1, 100, 3900]) {
      const found = front.newest({ words, limit });
      if (found === undefined) continue;
      shallow++;
      assert.deepEqual(found, history.recall.find({ words, limit }), `${words} ${limit}`);
    }
  }
  assert.ok(shallow >= 5, `${shallow}`);
  assert.equal(front.newest({ words: ["no such word"], limit: 1 }), undefined);
  assert.equal(front.newest({ limit: 3900 }), undefined);
  const sinceMs = ENTRIES.at(-40)!.startedAtMs;
  assert.deepEqual(front.newest({ words: ["no such word"], sinceMs, limit: 1 }), []);
});

Deno.test("HistoryFront.newest(): more rows of one second than it looks at are left to the index", () => {
  using folder = tempFolder();
  const startedAtMs = NOW_MS - 60_000;
  using front = openAt(folder.file("history.db"));
  const sameSecond: Entry[] = ENTRIES.map((entry, i) => ({
    ...entry,
    startedAtMs: startedAtMs + i % 1000,
  }));
  front.log.append(sameSecond);
  assert.equal(front.newest({ limit: 1 }), undefined);
  const newest = { ...ENTRIES[0]!, id: "newest" as Entry["id"], startedAtMs: NOW_MS };
  front.log.append([newest]);
  assert.deepEqual(front.newest({ limit: 1 }), [newest]);
});

Deno.test("HistoryFront.newest() within one second goes by the millisecond, then by intake", () => {
  using folder = tempFolder();
  using front = openAt(folder.file("history.db"));
  const at = (ms: number, i: number): Entry => ({ ...ENTRIES[i]!, startedAtMs: NOW_MS + ms });
  const [late, early, same, next] = [at(900, 0), at(100, 1), at(900, 2), at(1000, 3)];
  front.log.append([late, early, same, next]);
  assert.deepEqual(front.newest({ limit: 4 }), [next, same, late, early]);
});

Deno.test("HistoryFront.unindexed() counts what the index has not taken in", () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  using front = openAt(path);
  front.log.append(ENTRIES.slice(0, 2500));
  assert.equal(front.unindexed(), 2500);
  using history = open(path);
  while (history.index.catchUp() > 0);
  assert.equal(front.unindexed(), 0);
});

Deno.test("HistoryFront.whole() works on the same connection and is closed with it", async () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  const front = openAt(path);
  front.log.append(ENTRIES.slice(0, 10));
  const whole = await front.whole();
  assert.equal(await front.whole(), whole);
  const before = whole.dataVersion();
  front.log.append(ENTRIES.slice(10, 20));
  assert.equal(whole.dataVersion(), before);
  assert.equal(whole.log.count(), 20);
  front[Symbol.dispose]();
  front[Symbol.dispose]();
  assert.throws(() => whole.log.count());
  // The last connection folds the write-ahead log in as it closes.
  assert.equal(foreign(path, (db) => db.prepare("SELECT count(*) n FROM entries").get()!.n), 20);
});

function openAt(path: string): HistoryFront {
  return openFront(path, { files: denoFiles(), clock: new FakeClock(NOW_MS) });
}
