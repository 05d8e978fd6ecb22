import assert from "node:assert/strict";
import { checkEntry } from "../../src/history/check_entry.ts";
import { generateEntries } from "../fakes/history_generator.ts";

for (const uniqueShare of [0.3, 0.65]) {
  Deno.test(`generateEntries() looks like a real history, ${uniqueShare * 100} % unique`, () => {
    const entries = generateEntries(15_000, { uniqueShare });
    const commands = entries.map((e) => e.command);
    const share = (test: (command: string) => boolean): number =>
      commands.filter(test).length / commands.length;
    const distinct = new Set(commands).size / commands.length;
    assert.ok(Math.abs(distinct - uniqueShare) < 0.03, `distinct ${distinct}`);
    const mean = commands.reduce((sum, c) => sum + c.length, 0) / commands.length;
    assert.ok(mean > 25 && mean < 60, `mean ${mean}`);
    const multiLine = share((c) => c.includes("\n"));
    assert.ok(multiLine > 0.03 && multiLine < 0.06, `multi-line ${multiLine}`);
    // deno-lint-ignore no-control-regex -- the range of ASCII
    assert.ok(share((c) => /[^\x00-\x7f]/.test(c)) > 0.01);
    assert.ok(Math.max(...commands.map((c) => c.length)) > 2000);
    assert.equal(new Set(entries.map((e) => e.id)).size, entries.length);
    assert.ok(entries.every((e) => checkEntry(e).id === e.id));
  });
}

Deno.test("generateEntries() repeats itself for a seed and differs for another", () => {
  assert.deepEqual(generateEntries(100, { seed: 5 }), generateEntries(100, { seed: 5 }));
  assert.deepEqual(
    generateEntries(200, { seed: 5 }).slice(0, 100),
    generateEntries(100, { seed: 5 }),
  );
  assert.notDeepEqual(generateEntries(100, { seed: 5 }), generateEntries(100, { seed: 6 }));
  assert.match(generateEntries(1, { idVersion: 4 })[0]!.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
});
