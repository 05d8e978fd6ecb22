import assert from "node:assert/strict";
import { groupsOf, startGroups } from "../../scripts/start_groups.ts";

const ROOT = new URL("../../", import.meta.url);
const groups = await startGroups(ROOT);

Deno.test("startGroups() puts no file into two groups", () => {
  const files = [...groups.values()].flatMap((group) => [...group]);
  assert.equal(new Set(files).size, files.length);
});

const NEEDED: Readonly<Record<string, readonly string[]>> = {
  "cli.ts": ["start"],
  "src/cli/line/complete.ts": ["start"],
  "src/cli/commands/record/record.ts": ["start", "record_and_search", "record_only"],
  "src/cli/commands/search.ts": ["start", "record_and_search", "search_only"],
  // ctrl-r loads these beside the search.
  "src/cli/picker/interactive.ts": ["start", "record_and_search", "search_only"],
  "src/store/file/open_history.ts": ["start", "record_and_search", "search_only"],
};

for (const [entry, names] of Object.entries(NEEDED)) {
  Deno.test(`groupsOf() ${entry} are ${names.join(", ")}`, async () => {
    assert.deepEqual(await groupsOf(new URL(entry, ROOT), groups), names);
  });
}
