/** The helps on terminals of all widths. */
import assert from "node:assert/strict";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { reflowed } from "../../../src/cli/print/reflow.ts";
import { annsWorld, rr } from "../_run.ts";

const PAGES = [["help"], ...Object.keys(COMMANDS).map((name) => [name, "--help"])];

Deno.test("reflowed() fills paragraphs anew, hangs rows of a table, and leaves examples", () => {
  const text = [
    "One paragraph, written",
    "on two lines.",
    "",
    "Examples:",
    "  rr search --long --limit 20 docker compose up",
    "Words:",
    "  ^git   begins with this and goes on",
    "  a      b",
  ].join("\n");
  assert.deepEqual(reflowed(text, 36).split("\n"), [
    "One paragraph, written on two lines.",
    "",
    "Examples:",
    "  rr search --long --limit 20 docker compose up",
    "Words:",
    "  ^git   begins with this and goes",
    "      on",
    "  a      b",
  ]);
});

Deno.test("no help is broken by the terminal within a word, but for examples", async () => {
  for (const columns of [40, 60, 80, 100, 200]) {
    using world = annsWorld({ terminal: true, columns, env: { NO_COLOR: "1" } });
    for (const page of PAGES) {
      const { out } = await rr(world, ...page);
      const long = out.split("\n").filter((line) =>
        line.length > Math.min(columns, 100) && line.trim().includes(" ") &&
        !/^ {2,7}(rr|eval|source|RUSTORY)/.test(line)
      );
      assert.deepEqual(long, [], `${page.join(" ")} on ${columns} columns`);
    }
  }
});
