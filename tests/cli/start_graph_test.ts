/**
 * What is loaded before `rr record`, `rr search`, completion and the overview do anything: on Deno
 * every `node:` module but `node:sqlite` costs 4 to 25 ms, and each library its size.
 */
import assert from "node:assert/strict";

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
    const outside = await staticImportsFrom(files);
    assert.deepEqual([...outside].filter((specifier) => !ALLOWED.includes(specifier)), []);
  });
}

Deno.test("rr itself loads neither the store nor any command", async () => {
  const seen = new Set<string>();
  const outside = await staticImportsFrom(["cli.ts", "src/world/deno.ts"], seen);
  assert.deepEqual([...outside], []);
  const heavy = [...seen].filter((file) => /\/(store|config|sync|net|app|commands)\//.test(file));
  assert.deepEqual(heavy, []);
});

Deno.test("rr record and rr search load only the part of the store that they always need", async () => {
  const seen = new Set<string>();
  await staticImportsFrom(
    ["src/cli/commands/record/record.ts", "src/cli/commands/search.ts"],
    seen,
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

/** Specifiers outside our own files, reached from the files without `import()` or type imports. */
async function staticImportsFrom(
  files: readonly string[],
  seen: Set<string> = new Set(),
): Promise<Set<string>> {
  const outside = new Set<string>();
  const open = files.map((file) => new URL(file, ROOT).href);
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const specifier of staticImports(await Deno.readTextFile(new URL(file)))) {
      if (specifier.startsWith(".")) open.push(new URL(specifier, file).href);
      else outside.add(specifier);
    }
  }
  return outside;
}

function staticImports(code: string): string[] {
  const bare = code.replace(/\/\*[\s\S]*?\*\//g, "");
  const statement =
    /^\s*(?:import|export)\s+(?!type\b)(?:([\w*{}\s,$]+?)\s+from\s+)?["']([^"']+)["']/gm;
  return [...bare.matchAll(statement)].filter(([, names = "x"]) => !isTypesOnly(names))
    .map((match) => match[2]!);
}

function isTypesOnly(names: string): boolean {
  const list = names.trim();
  if (!list.startsWith("{")) return false;
  const parts = list.slice(1, -1).split(",").map((part) => part.trim()).filter((part) => part);
  return parts.length > 0 && parts.every((part) => part.startsWith("type "));
}

Deno.test("staticImports() sees imports of values and no others", () => {
  const code = `
import { a, type B } from "./a.ts";
import type { C } from "./types.ts";
import { type D, type E } from "./types_too.ts";
import * as f from "./f.ts";
import g from "./g.ts";
import "./effect.ts";
export { h } from "./h.ts";
export type { I } from "./types_three.ts";
/* import { no } from "./comment.ts"; */
const later = () => import("./later.ts");
import {
  many,
  lines,
} from "./many.ts";`;
  assert.deepEqual(
    staticImports(code),
    ["./a.ts", "./f.ts", "./g.ts", "./effect.ts", "./h.ts", "./many.ts"],
  );
});
