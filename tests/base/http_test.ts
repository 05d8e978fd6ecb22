import assert from "node:assert/strict";
import fc from "fast-check";
import { formatBind, parseBind } from "../../src/base/http.ts";

Deno.test("parseBind() reads addresses, names and IPv6 in brackets", () => {
  assert.deepEqual(parseBind("0.0.0.0:8850"), { host: "0.0.0.0", port: 8850 });
  assert.deepEqual(parseBind(" localhost:0 "), { host: "localhost", port: 0 });
  assert.deepEqual(parseBind("[::1]:65535"), { host: "::1", port: 65535 });
  assert.deepEqual(parseBind("[fe80::1%eth0]:1"), { host: "fe80::1%eth0", port: 1 });
});

Deno.test("parseBind() refuses everything else and says what it wants", () => {
  for (
    const bad of ["", "8850", ":8850", "::1:80", "h:", "h:x", "h:65536", "h:-1", "[h]:1", "a/b:1"]
  ) {
    assert.throws(() => parseBind(bad), /Cannot listen on .*: expected host:port/, bad);
  }
});

Deno.test("formatBind() is the inverse of parseBind()", () => {
  const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
  fc.assert(fc.property(host, fc.nat(65_535), (host, port) => {
    assert.deepEqual(parseBind(formatBind({ host, port })), { host, port });
  }));
});
