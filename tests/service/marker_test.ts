import assert from "node:assert/strict";
import fc from "fast-check";
import { authorship, MARKER_SLOT, seal } from "../../src/service/marker.ts";

Deno.test("authorship() knows a sealed text, and any change to it", async () => {
  const sealed = await seal(`# head\n# ${MARKER_SLOT}\nExecStart=/bin/rr\n`);
  assert.equal(await authorship(sealed), "ours");
  assert.equal(await authorship(`${sealed}\n`), "edited");
  assert.equal(await authorship(sealed.replace("/bin/rr", "/bin/rr --push")), "edited");
  assert.equal(await authorship(sealed.replace(/sha256=./, "sha256=")), "edited");
});

Deno.test("authorship() of a missing file and of a file without marker", async () => {
  assert.equal(await authorship(undefined), "absent");
  assert.equal(await authorship("[Service]\nExecStart=/bin/rr\n"), "edited");
  assert.equal(await authorship(""), "edited");
});

Deno.test("seal() and authorship() agree whatever surrounds the marker", async () => {
  await fc.assert(fc.asyncProperty(fc.string(), fc.string(), async (before, after) => {
    assert.equal(await authorship(await seal(`${before}${MARKER_SLOT}${after}`)), "ours");
  }));
});
