/**
 * What is loaded before `rr record`, `rr search`, completion and the overview do anything: on Deno
 * every `node:` module but `node:sqlite` costs 4 to 25 ms, and each library its size.
 */
import assert from "node:assert/strict";
import { loadedWith } from "../../scripts/source_graph.ts";

const ROOT = new URL("../../", import.meta.url);
/** Besides our own files. */
const ALLOWED = ["node:sqlite"];

const STARTS: Readonly<Record<string, readonly string[]>> = {
  "rr itself": ["cli.ts", "src/world/deno.ts"],
  "rr record": ["src/cli/commands/record/record.ts"],
  "rr search": ["src/cli/commands/search.ts"],
  "rr __complete": ["src/cli/line/complete.ts"],
  "rr --help": ["src/cli/line/overview.ts"],
  "rr <command> --help": ["src/cli/line/help.ts"],
  "uploading and pruning after a record": [
    "src/cli/commands/record/duties.ts",
    "src/app/background/async_upload.ts",
    "src/app/background/auto_prune.ts",
  ],
  "taking in the spool before a search": ["src/app/intake.ts", "src/spool/ingest.ts"],
};

for (const [what, files] of Object.entries(STARTS)) {
  Deno.test(`${what} loads nothing but our own files, ${ALLOWED.join(" and ")}`, async () => {
    const outside = new Set<string>();
    await loadedWith(addresses(files), outside);
    assert.deepEqual([...outside].filter((specifier) => !ALLOWED.includes(specifier)), []);
  });
}

Deno.test("rr itself loads neither the store nor any command", async () => {
  const outside = new Set<string>();
  const seen = await loadedWith(addresses(["cli.ts", "src/world/deno.ts"]), outside);
  assert.deepEqual([...outside], []);
  const heavy = [...seen].filter((file) => /\/(store|config|sync|net|app|commands)\//.test(file));
  assert.deepEqual(heavy, []);
});

Deno.test("rr record and rr search load only the part of the store that they always need", async () => {
  const seen = await loadedWith(
    addresses(["src/cli/commands/record/record.ts", "src/cli/commands/search.ts"]),
  );
  const folder = new URL("src/store/", ROOT).href;
  const store = [...seen].filter((file) => file.startsWith(folder))
    .map((file) => file.slice(folder.length));
  assert.deepEqual(store.toSorted(), [
    "file/database.ts",
    "file/meta.ts",
    "file/migrations.ts",
    "file/open_file.ts",
    "file/open_for_recording.ts",
    "file/open_for_searching.ts",
    "file/sqlite_errors.ts",
    "file/sqlite_rows.ts",
    "index/newest_rows.ts",
    "index/word_query.ts",
    "log/numbers.ts",
    "log/rows.ts",
  ]);
});

function addresses(files: readonly string[]): URL[] {
  return files.map((file) => new URL(file, ROOT));
}
