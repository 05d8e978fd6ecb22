import assert from "node:assert/strict";
import { RrError } from "../../../src/base/rr_error.ts";
import { generateEntries } from "../../fakes/history_generator.ts";
import { foreign, open, tempFolder } from "../_open.ts";

/** One bit of each column that a search reads, somewhere in its middle. */
const DAMAGES = ["rr_text.hashes", "rr_text.ends", "rr_text.bytes"].concat(
  ["places", "sessions", "commands", "exits", "started", "seqs"].map((name) => `rr_chunk.${name}`),
);

for (const place of DAMAGES) {
  Deno.test(`a damaged ${place} is said, and the index is made anew`, () => {
    using folder = tempFolder();
    const path = folder.file("history.db");
    const entries = generateEntries(3000, { seed: 5, devices: 2 });
    {
      using history = open(path);
      history.log.append(entries);
      while (history.index.catchUp() > 0);
    }
    flipOneBit(path, place);
    using history = open(path);
    const all = (): number => history.search.findFurther({ limit: 10_000, words: ["git"] }).length;
    const commands = (): number =>
      [...history.search.commands()].reduce((sum, { seqs }) => sum + seqs.length, 0);
    const runs = (): number => history.search.runsOf(entries[0]!.command).total;
    const isDamage = (error: unknown): boolean =>
      error instanceof RrError && /index is damaged/.test(error.message) && !!error.hint;
    const failed = [all, commands, runs].filter((read) => {
      try {
        read();
        return false;
      } catch (error) {
        return assert.ok(isDamage(error), String(error)) ?? true;
      }
    });
    assert.ok(failed.length > 0, "somebody reads it");
    assert.ok(history.index.left() > 0, "it is noted");
    while (history.index.catchUp() > 0);
    assert.equal(all(), entries.filter(({ command }) => command.includes("git")).length);
    assert.equal(commands(), new Set(entries.map(({ command }) => command)).size);
    assert.equal(
      runs(),
      entries.filter(({ command }) => command === entries[0]!.command).length,
    );
  });
}

Deno.test("an index without checksums, of an older rr, is taken as it is", () => {
  using folder = tempFolder();
  const path = folder.file("history.db");
  {
    using history = open(path);
    history.log.append(generateEntries(500));
    while (history.index.catchUp() > 0);
  }
  foreign(path, (db) =>
    db.exec(`UPDATE rr_text SET hashes = substr(hashes, 1, length(hashes) - 4),
        ends = substr(ends, 1, length(ends) - 4);
      UPDATE rr_chunk SET commands = substr(commands, 1, length(commands) - 4),
        exits = substr(exits, 1, length(exits) - 4)`));
  using history = open(path);
  assert.equal(history.search.findFurther({ limit: 1000 }).length, 500);
  history.log.append(generateEntries(600).slice(500));
  while (history.index.catchUp() > 0);
  assert.equal(history.search.findFurther({ limit: 1000 }).length, 600);
});

function flipOneBit(path: string, place: string): void {
  const [table, column] = place.split(".");
  foreign(path, (db) => {
    const { id, blob } = db.prepare(
      `SELECT rowid AS id, ${column} AS blob FROM ${table} ORDER BY length(${column}) DESC LIMIT 1`,
    ).get() as { id: number; blob: Uint8Array };
    blob[blob.length >> 1]! ^= 4;
    db.prepare(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`).run(blob, id);
  });
}
