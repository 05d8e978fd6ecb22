/** What an exporter writes, its importer reads back. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { tidyCommand } from "../../src/capture/tidy.ts";
import type { DeviceId, Entry, EntryDraft, EntryId } from "../../src/history/entry.ts";
import { checkEntry, MAX_STARTED_AT_MS } from "../../src/history/check_entry.ts";
import { exportEntry, type ExportFormat } from "../../src/import/export_history.ts";
import { parseBashHistory } from "../../src/import/formats/bash.ts";
import { parseFishHistory } from "../../src/import/formats/fish.ts";
import { parseZshHistory } from "../../src/import/formats/zsh.ts";
import { parseJsonl } from "../../src/import/formats/jsonl.ts";

const PIECES = [
  "\\",
  "\n",
  " ",
  "\t",
  "\r",
  "#1700000000",
  "#123",
  ": 1:2;",
  "- cmd: ",
  "  when: 5",
];
const UNICODE = ["é", "한글", "🚀", "\u2028", "\u0085", "\ufeff", "\x01", "\x83"];
const command = fc.array(
  fc.oneof(fc.constantFrom(...PIECES, ...UNICODE), fc.string(), fc.string({ unit: "binary" })),
)
  .map((parts) => tidyCommand(parts.join("").replaceAll("\0", "").toWellFormed()))
  .filter((text) => text !== "");

const entry: fc.Arbitrary<Entry> = fc.record({
  id: fc.uuid().map((id) => id as EntryId),
  deviceId: fc.constantFrom("laptop", "desk").map((id) => id as DeviceId),
  userId: fc.string().map((s) => s.replaceAll("\0", "")),
  startedAtMs: fc.integer({ min: 1000, max: MAX_STARTED_AT_MS }),
  command,
  cwd: fc.constantFrom("/", "/tmp/a b", "unknown"),
  exitCode: fc.integer(),
  durationMs: fc.integer({ min: 0, max: 10_000_000 }),
  shell: fc.constantFrom("zsh", "bash"),
  hostname: fc.constant("laptop"),
  version: fc.constant("0.1.0"),
}).map(checkEntry);

const SHELLS: Record<Exclude<ExportFormat, "jsonl">, (bytes: Uint8Array) => Iterable<unknown>> = {
  zsh: parseZshHistory,
  bash: parseBashHistory,
  fish: parseFishHistory,
};

for (const [format, parse] of Object.entries(SHELLS)) {
  Deno.test(`${format}: commands and seconds survive export and import`, () => {
    fc.assert(fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
      const kept = entries.filter((e) => exportEntry(e, format as ExportFormat) !== undefined);
      const drafts = [...parse(written(kept, format as ExportFormat))] as EntryDraft[];
      assert.deepEqual(
        drafts.map((d) => [d.command, d.startedAtMs]),
        kept.map((e) => [e.command, Math.floor(e.startedAtMs / 1000) * 1000]),
      );
    }));
  });
}

Deno.test("jsonl: whole entries survive export and import", () => {
  fc.assert(fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
    assert.deepEqual([...parseJsonl(written(entries, "jsonl"))], entries);
  }));
});

Deno.test("exportEntry() refuses what a bash history file cannot hold", () => {
  const [one] = fc.sample(entry, 1);
  assert.equal(exportEntry({ ...one!, command: "cat <<E\n#1700000000\nE" }, "bash"), undefined);
});

Deno.test("parseJsonl() counts lines that are not entries and goes on", () => {
  const [one] = fc.sample(entry, 1);
  const good = new TextDecoder().decode(exportEntry(one!, "jsonl"));
  const text = `{"id":1}\n${good}not json\n\n[]\nnull\n${good}`;
  const items = [...parseJsonl(new TextEncoder().encode(text))];
  assert.deepEqual(items.map((item) => "broken" in item ? item.at : "ok"), [
    1,
    "ok",
    3,
    5,
    6,
    "ok",
  ]);
});

function written(entries: readonly Entry[], format: ExportFormat): Uint8Array {
  return Uint8Array.from(entries.flatMap((e) => [...exportEntry(e, format)!]));
}
