import assert from "node:assert/strict";
import { causeChain, RrError, toError } from "../../src/base/rr_error.ts";

Deno.test("RrError carries code, hint and cause", () => {
  const cause = new Error("EACCES");
  const error = new RrError("key", "Cannot read the key", { cause, hint: "Run as yourself" });
  assert.deepEqual([error.name, error.code, error.hint, error.cause], [
    "RrError",
    "key",
    "Run as yourself",
    cause,
  ]);
  const bare = new RrError("io", "broken");
  assert.equal(bare.hint, undefined);
  assert.ok(!("cause" in bare));
});

Deno.test("toError() makes an Error of whatever is thrown", () => {
  const real = new Error("real");
  assert.equal(toError(real), real);
  assert.equal(toError({ type: "error", error: real }), real);
  assert.match(toError(new Event("close")).message, /Event \(close\)/);
  assert.equal(toError("text").message, "text");
  for (
    const odd of [null, undefined, 7, {}, Object.create(null), { type: "x", constructor: null }]
  ) {
    assert.ok(toError(odd) instanceof Error);
  }
});

Deno.test("causeChain() names every cause once, outermost first, and ends", () => {
  const inner = new Error("refused");
  const middle = new Error("refused", { cause: inner });
  assert.equal(causeChain(new Error("Cannot sync", { cause: middle })), "Cannot sync: refused");
  const told = new Error("Cannot sync: refused", { cause: inner });
  assert.equal(causeChain(told), "Cannot sync: refused");
  const nameless = new TypeError("");
  assert.equal(causeChain(nameless), "TypeError");
  const loop = new Error("a");
  loop.cause = new Error("b", { cause: loop });
  assert.match(causeChain(loop), /^a: b: a/);
  assert.ok(causeChain(loop).length < 100);
  assert.equal(causeChain("text"), "text");
});
