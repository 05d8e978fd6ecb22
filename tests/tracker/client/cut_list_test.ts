import assert from "node:assert/strict";
import fc from "fast-check";
import { cutList } from "../../../src/tracker/client/cut_list.ts";

const parse = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));
const item = fc.oneof(
  fc.record({ peer_id: fc.string(), addrs: fc.array(fc.string()), meta: fc.object() }),
  fc.tuple(fc.string(), fc.string()),
);

Deno.test("cutList() leaves the first items whole, wherever the answer was cut", () => {
  fc.assert(fc.property(fc.array(item), fc.nat(), (items, at) => {
    const whole = new TextEncoder().encode(JSON.stringify({ ok: true, records: items }));
    const start = whole.subarray(0, at % whole.length);
    const written = JSON.parse(JSON.stringify(items)) as unknown[];
    const cut = cutList(start);
    const ended = written.filter((_, i) => {
      const upTo = JSON.stringify({ ok: true, records: items.slice(0, i + 1) }).slice(0, -2);
      return new TextEncoder().encode(upTo).length <= start.length;
    });
    if (ended.length === 0) return assert.throws(() => parse(cut), SyntaxError);
    assert.deepEqual(parse(cut), { ok: true, records: ended });
  }));
});

Deno.test("cutList() makes no list of what is none", () => {
  for (const text of ["", "<html>[[[]]]", "]]]]}}", '{"a":"[[[', "[[[1]"]) {
    assert.throws(() => parse(cutList(new TextEncoder().encode(text))), SyntaxError, text);
  }
});
