import assert from "node:assert/strict";
import { detailLines, wrapped } from "../../../src/picker/render/pages.ts";
import type { CommandRuns } from "../../../src/picker/state/state.ts";

const SIZE = { columns: 80, rows: 24 };

function summaryOf(runs: Pick<CommandRuns, "total" | "failed" | "unknown">): string {
  const all = { command: "make", firstMs: undefined, lastMs: 1_700_000_000_000, runs: [], ...runs };
  return detailLines(all, SIZE, undefined).find((line) => line.startsWith("ran "))!;
}

Deno.test("the details of a command say how often it failed, of the runs whose end is known", () => {
  assert.match(summaryOf({ total: 4, failed: 0, unknown: 0 }), /ran 4 times, never failed, /);
  assert.match(summaryOf({ total: 4, failed: 1, unknown: 0 }), /failed 1 \(25 %\), /);
  assert.match(summaryOf({ total: 4, failed: 1, unknown: 2 }), /failed 1 \(50 %\), 2 not known, /);
  assert.match(
    summaryOf({ total: 7, failed: 0, unknown: 7 }),
    /ran 7 times, exit status not known, /,
  );
});

Deno.test("the details of a command show no status where nobody knows it", () => {
  const run = { startedAtMs: 1_700_000_000_000, durationMs: 0, hostname: "h" };
  const runs = [
    { ...run, exitCode: 0, cwd: "unknown" },
    { ...run, exitCode: -1, cwd: "/w" },
    { ...run, exitCode: 0, cwd: "/w" },
  ];
  const all = {
    command: "make",
    total: 3,
    failed: 0,
    unknown: 2,
    firstMs: undefined,
    lastMs: 1,
    runs,
  };
  const shown = detailLines(all, SIZE, undefined).slice(-3);
  assert.deepEqual(shown.map((line) => /:\d\d +(\S+)/.exec(line)?.[1]), ["?", "?", "0"]);
});

Deno.test("wrapped() leaves out a character that is wider than the screen, and draws no line of it", () => {
  assert.deepEqual(wrapped("a漢b", 1, 5), ["a", "b"]);
  assert.deepEqual(wrapped("a漢b", 2, 5), ["a", "漢", "b"]);
});
