import assert from "node:assert/strict";
import fc from "fast-check";
import { Database } from "../../../src/store/file/database.ts";
import {
  addTexts,
  findTexts,
  nextTextId,
  removeTexts,
  textBlocks,
} from "../../../src/store/index/texts.ts";
import { migrate } from "../../../src/store/file/migrations.ts";

function emptyDatabase(): Database {
  const db = new Database(":memory:", { readOnly: false });
  migrate(db);
  return db;
}

function stored(db: Database): Map<number, string> {
  const texts = new Map<number, string>();
  for (const { firstId, hashes, ends, bytes } of textBlocks(db)) {
    ends.forEach((end, i) => {
      const text = new TextDecoder().decode(bytes.subarray(i === 0 ? 0 : ends[i - 1], end));
      if (hashes[2 * i] !== 0 || hashes[2 * i + 1] !== 0) texts.set(firstId + i, text);
    });
  }
  return texts;
}

Deno.test("texts keep their numbers however they are added, found and removed", () => {
  const text = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("", "a", "ab", "b", "\u{10ffff}"),
  );
  const step = fc.record({
    add: fc.uniqueArray(text, { maxLength: 40 }),
    drop: fc.integer({ min: 2, max: 9 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      using db = emptyDatabase();
      const model = new Map<string, number>();
      for (const { add, drop } of steps) {
        const fresh = add.filter((t) => !model.has(t));
        const first = addTexts(db, fresh);
        fresh.forEach((t, i) => model.set(t, first + i));
        const used = new Uint8Array(nextTextId(db)).fill(1);
        for (const [t, id] of model) {
          if (id % drop !== 0) continue;
          used[id] = 0;
          model.delete(t);
        }
        assert.equal(removeTexts(db, used, 100), true);
        assert.deepEqual(stored(db), new Map([...model].map(([t, id]) => [id, t])));
        const ask = [...new Set([...add, "never added"])];
        const ids = ask.map((t) => model.get(t) ?? -1);
        assert.deepEqual([...findTexts(db, ask)], ids);
        assert.deepEqual(ask.flatMap((t) => [...findTexts(db, [t])]), ids, "one by one");
      }
    }),
  );
});

Deno.test("texts of any size are kept, and few blocks hold many of them", () => {
  using db = emptyDatabase();
  const long = ["x".repeat(1_000_000), "y".repeat(3_000_000), "z"];
  addTexts(db, long);
  assert.deepEqual([...findTexts(db, long)], [0, 1, 2]);
  for (let i = 0; i < 3000; i++) addTexts(db, [`single ${i}`]);
  assert.equal(nextTextId(db), 3003);
  assert.ok([...textBlocks(db)].length < 16);
  assert.deepEqual([...stored(db).values()].sort().slice(-3, -2), [long[0]]);
});

Deno.test("removeTexts() stops after the blocks it may rewrite and is done when asked again", () => {
  using db = emptyDatabase();
  const texts = Array.from({ length: 20_000 }, (_, i) => `text ${i}`);
  for (let i = 0; i < texts.length; i += 4096) addTexts(db, texts.slice(i, i + 4096));
  const none = new Uint8Array(texts.length);
  assert.equal(removeTexts(db, none, 2), false);
  assert.ok(stored(db).size > 0);
  assert.equal(removeTexts(db, none, 100), true);
  assert.equal(stored(db).size, 0);
  assert.equal(addTexts(db, ["text 1"]), 20_000, "numbers are not given out again");
});
