import assert from "node:assert/strict";
import { columnLine } from "../../../src/cli/print/search_columns.ts";
import { textWidth } from "../../../src/search/matching/glyphs.ts";
import { generateEntries } from "../../fakes/history_generator.ts";

const NOW = Date.UTC(2026, 0, 1);
const PLAIN = { dim: (text: string): string => text, red: (text: string): string => text };

Deno.test("columnLine() fits every width, whatever the command", () => {
  const [entry] = generateEntries(1, { seed: 1 });
  for (const command of ["ls", "x".repeat(300), "größe 中文 ".repeat(40), "a\nb\x1b[31m"]) {
    for (const columns of [1, 20, 29, 30, 40, 60, 61, 80, 90, 119, 120, 300]) {
      const line = columnLine({ ...entry!, command }, columns, "/home/ana", PLAIN, NOW);
      assert.ok(textWidth(line) <= columns, `${columns}: ${line}`);
      assert.equal(line.includes("\n") || line.includes("\x1b"), false);
    }
  }
});

Deno.test("columnLine() tells a status that nobody knows from success", () => {
  const [entry] = generateEntries(1, { seed: 1 });
  const run = { ...entry!, command: "ls", exitCode: 0, durationMs: 0 };
  assert.match(columnLine({ ...run, cwd: "unknown" }, 80, undefined, PLAIN, NOW), / \? +ls$/);
  assert.match(columnLine({ ...run, exitCode: -1 }, 80, undefined, PLAIN, NOW), / \? +ls$/);
  assert.doesNotMatch(columnLine({ ...run, cwd: "/" }, 80, undefined, PLAIN, NOW), /\?/);
  assert.match(columnLine({ ...run, exitCode: 130 }, 80, undefined, PLAIN, NOW), / 130 +ls$/);
});

Deno.test("columnLine() says on a narrow terminal how long ago, and how it ended", () => {
  const [entry] = generateEntries(1, { seed: 1 });
  const run = { ...entry!, command: "make", exitCode: 2, startedAtMs: NOW - 3 * 3_600_000 };
  assert.equal(columnLine(run, 40, undefined, PLAIN, NOW), "  3h   2  make");
  assert.equal(columnLine(run, 20, undefined, PLAIN, NOW), "make");
});
