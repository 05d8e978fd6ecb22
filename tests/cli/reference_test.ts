import assert from "node:assert/strict";
import { manualPage, markdownReference } from "../../src/cli/line/reference.ts";
import { VERSION } from "../../src/version.ts";

const ROOT = new URL("../../", import.meta.url);
const ANEW = "run `deno task reference`";

Deno.test("docs/commands.md is what the command table makes", async () => {
  const written = await Deno.readTextFile(new URL("docs/commands.md", ROOT));
  assert.equal(written, await markdownReference(), ANEW);
});

Deno.test("rr.1 explains the words of a search, and leaves the width of paragraphs to the reader", async () => {
  const page = await manualPage(VERSION);
  assert.match(page, /\n\.TP\n\.B exit:fail\nended so: ok, fail/);
  const kept = [...page.matchAll(/^\.nf\n([^]*?)\n\.fi$/gm)].map(([, text]) => text!);
  assert.ok(kept.length > 20);
  for (const text of kept) {
    const lines = text.split("\n");
    assert.ok(lines.every((line) => /^ |^rr /.test(line)), text);
  }
});

Deno.test("rr.1 is what the command table makes", async () => {
  const written = await Deno.readTextFile(new URL("rr.1", ROOT));
  assert.equal(written, await manualPage(VERSION), ANEW);
});
