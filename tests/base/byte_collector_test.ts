import assert from "node:assert/strict";
import { ByteCollector } from "../../src/base/byte_collector.ts";

Deno.test("ByteCollector puts pieces of any size together, and keeps copies of them", () => {
  const collector = new ByteCollector();
  const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i * 31 % 251);
  for (const size of [1, 7, 511, 512, 65_536, 100_000, 300_000]) {
    for (let at = 0; at < bytes.length; at += size) {
      const piece = bytes.slice(at, at + size);
      collector.push(piece);
      piece.fill(0);
    }
    assert.equal(collector.length, bytes.length);
    assert.deepEqual(collector.view(), bytes, `${size}`);
    assert.deepEqual(collector.take(), bytes, `${size}`);
    assert.equal(collector.length, 0);
    assert.equal(collector.take().length, 0);
    collector.push(bytes);
    collector.clear();
    collector.push(bytes.subarray(0, 5));
    assert.deepEqual(collector.view(), bytes.subarray(0, 5));
    collector.clear();
  }
});
