import assert from "node:assert/strict";
import fc from "fast-check";
import { cleanFolder, isWithin } from "../../src/base/folder.ts";

Deno.test("cleanFolder() takes away dots and slashes too many", () => {
  const cases = {
    "/a/../b": "/b",
    "/a//b/./c/": "/a/b/c",
    "/..": "/",
    "/": "/",
    "//": "/",
    "a/..": "a/..",
  };
  for (const [path, clean] of Object.entries(cases)) assert.equal(cleanFolder(path), clean, path);
});

Deno.test("cleanFolder() is done after one time", () => {
  const path = fc.array(fc.constantFrom("a", "b", ".", "..", "", "c d")).map((p) =>
    `/${p.join("/")}`
  );
  fc.assert(fc.property(path, (p) => {
    const clean = cleanFolder(p);
    assert.equal(cleanFolder(clean), clean);
    assert.ok(clean === "/" || !/\/\.{0,2}(\/|$)/.test(clean), clean);
  }));
});

Deno.test("isWithin() knows a folder from one whose name begins alike", () => {
  assert.deepEqual(
    [["/a", "/a"], ["/a/b", "/a"], ["/ab", "/a"], ["/a", "/"], ["/", "/a"], ["/a", ""]]
      .map(([folder, root]) => isWithin(folder!, root!)),
    [true, true, false, true, false, false],
  );
});
