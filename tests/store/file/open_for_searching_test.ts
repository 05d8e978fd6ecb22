import assert from "node:assert/strict";
import type { Entry } from "../../../src/history/entry.ts";
import {
  openForSearching,
  type SearchingHistory,
} from "../../../src/store/file/open_for_searching.ts";
import { denoFiles } from "../../../src/world/deno.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { generateEntries } from "../../fakes/history_generator.ts";
import { open, tempFolder } from "../_open.ts";

const NOW_MS = Date.UTC(2025, 0, 1);
const ENTRIES = generateEntries(4000, { seed: 11 });

Deno.test("SearchingHistory.newest() gives what HistorySearch.find() gives, unless that lies deeper", () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  using history = open(path);
  history.log.append(ENTRIES);
  while (history.index.catchUp() > 0);
  using searching = openAt(path);
  const word = ENTRIES.at(-5)!.command.split(" ")[0]!;
  let shallow = 0;
  for (const words of [[], [word], [word.toUpperCase()], [word, ""], ["no such word"], ["ß"]]) {
    for (const limit of [1, 3, 300]) {
      const found = searching.newest({ words, limit });
      if (found === undefined) continue;
      shallow++;
      assert.deepEqual(found, history.search.findFurther({ words, limit }), `${words} ${limit}`);
    }
  }
  assert.ok(shallow >= 9, `${shallow}`);
  assert.equal(searching.newest({ words: ["no such word"], limit: 1 }), undefined);
  assert.equal(searching.newest({ limit: 3900 }), undefined);
  const sinceMs = ENTRIES.at(-40)!.startedAtMs;
  assert.deepEqual(searching.newest({ words: ["no such word"], sinceMs, limit: 1 }), []);
  const since = ENTRIES.filter((entry) => entry.startedAtMs >= sinceMs);
  assert.equal(searching.newest({ sinceMs, limit: 100_000 })!.length, since.length);
});

Deno.test("SearchingHistory.newest(): what one second has too many rows for is left to the index", () => {
  using folder = tempFolder();
  const startedAtMs = NOW_MS - 60_000;
  const path = folder.file("history.db");
  using history = open(path);
  history.log.append(
    ENTRIES.map((entry, i) => ({ ...entry, startedAtMs: startedAtMs + i % 1000 })),
  );
  using searching = openAt(path);
  assert.equal(searching.newest({ limit: 1 }), undefined);
  const newest = { ...ENTRIES[0]!, id: "newest" as Entry["id"], startedAtMs: NOW_MS };
  history.log.append([newest]);
  assert.deepEqual(searching.newest({ limit: 1 }), [newest]);
});

Deno.test("SearchingHistory.newest() within one second goes by the millisecond, then by intake", () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  using history = open(path);
  const at = (ms: number, i: number): Entry => ({ ...ENTRIES[i]!, startedAtMs: NOW_MS + ms });
  const [late, early, same, next] = [at(900, 0), at(100, 1), at(900, 2), at(1000, 3)];
  history.log.append([late, early, same, next]);
  using searching = openAt(path);
  assert.deepEqual(searching.newest({ limit: 4 }), [next, same, late, early]);
});

Deno.test("SearchingHistory.unindexed() counts what the index has not taken in", async () => {
  using folder = tempFolder();
  using searching = openAt(folder.file("history.db"));
  const whole = await searching.whole();
  assert.equal(await searching.whole(), whole);
  assert.equal(searching.unindexed(), 0);
  whole.log.append(ENTRIES.slice(0, 2500));
  assert.equal(searching.unindexed(), 2500);
  while (whole.index.catchUp() > 0);
  assert.equal(searching.unindexed(), 0);
});

Deno.test("SearchingHistory leaves the log to whoever opens the file next", async () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  const searching = openAt(path);
  (await searching.whole()).log.append(ENTRIES.slice(0, 10));
  searching[Symbol.dispose]();
  searching[Symbol.dispose]();
  assert.notEqual(denoFiles().stat(`${path}-wal`)?.size ?? 0, 0);
  using next = openAt(path);
  assert.equal((await next.whole()).log.count(), 10);
});

function openAt(path: string): SearchingHistory {
  return openForSearching(path, { files: denoFiles(), clock: new FakeClock(NOW_MS) });
}
