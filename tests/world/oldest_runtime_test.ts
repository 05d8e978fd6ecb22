import assert from "node:assert/strict";
import { OLDEST_RUNTIME, runtimeTooOld } from "../../src/world/oldest_runtime.ts";

Deno.test("runtimeTooOld() tells a runtime that is older than the oldest in one line", () => {
  const deno = (version: string): string | undefined =>
    runtimeTooOld({
      Deno: { version: { deno: version } },
      process: { versions: { node: "1.0.0" } },
    });
  const node = (version: string): string | undefined =>
    runtimeTooOld({ process: { versions: { node: version } } });
  for (const fine of [OLDEST_RUNTIME.deno, "2.9.6", "2.10.0", "3.0.0-rc.1"]) {
    assert.equal(deno(fine), undefined, fine);
  }
  for (const fine of [OLDEST_RUNTIME.node, "22.100.0", "24.0.0"]) {
    assert.equal(node(fine), undefined, fine);
  }
  for (const old of ["1.46.3", "2.6.10", "2.7.99"]) {
    assert.match(deno(old)!, /^rr needs Deno/);
  }
  for (const old of ["20.20.2", "22.14.9", "9.0.0"]) {
    assert.match(
      node(old)!,
      /^rr needs Node 22\.15\.0 or later, and this is Node .*: update it$/,
    );
  }
});

Deno.test("the README and the decision name the oldest Node as it is", async () => {
  const [major, minor] = OLDEST_RUNTIME.node.split(".");
  for (const page of ["README.md", "docs/decisions/0002-node-sqlite.md"]) {
    const text = await Deno.readTextFile(new URL(`../../${page}`, import.meta.url));
    const named = [...text.matchAll(/Node\s+(?:at\s+)?(\d+\.\d+)/g)].map(([, version]) => version);
    assert.ok(named.length > 0, page);
    assert.deepEqual(new Set(named), new Set([`${major}.${minor}`]), page);
  }
});
