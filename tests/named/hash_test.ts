/** What devices of any version must compute alike: golden values. */
import assert from "node:assert/strict";
import { hashBytes, hashItem, keyOf } from "../../src/named/hash.ts";

const UTF8 = new TextEncoder();
const ID = "0189f7b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b";
/** Its bytes, four to a word with the lowest first. */
const KEY = [0xb2f78901, 0x5f7e4d3c, 0x1d0c9b8a, 0x5b4a3f2e].map((word) => word | 0);

Deno.test("hashBytes() is MurmurHash3 x86 128 for whole blocks", () => {
  // From mmh3 5.3.1: hash_bytes(data, 0, x64arch=False).
  assert.deepEqual(hashBytes(new Uint8Array()), [0, 0, 0, 0]);
  assert.deepEqual(
    hashBytes(UTF8.encode("0123456789abcdef")),
    [4219290633, 917426954, 1219304859, 1462451197],
  );
  assert.deepEqual(
    hashBytes(Uint8Array.from({ length: 32 }, (_, i) => i)),
    [3601951485, 2759415680, 3082646901, 2548009422],
  );
});

Deno.test("hashBytes() fills the last block with zeros, which the length tells from real ones", () => {
  const laptop = hashBytes(UTF8.encode("laptop"));
  assert.deepEqual(laptop, [3103908489, 1953664432, 1355272746, 1691761425]);
  assert.notDeepEqual(hashBytes(UTF8.encode("laptop\0")), laptop);
});

Deno.test("keyOf() takes the bytes of a UUID in its usual form, and the SHA-256 of every other id", () => {
  assert.deepEqual([...keyOf(ID)], KEY);
  const others = [
    ID.toUpperCase(),
    ID.replaceAll("-", ""),
    `${ID}0`,
    ID.replace("-", "0"),
    `0${ID.slice(0, 7)}${ID.slice(8)}`,
    ...[8, 13, 18, 23].map((at) => `${ID.slice(0, at)}_${ID.slice(at + 1)}`),
    "g189f7b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b",
    "",
  ];
  for (const id of others) assert.notDeepEqual([...keyOf(id)], KEY, id);
  // sha256("") begins with e3b0c442 98fc1c14 9afbf4c8 996fb924.
  assert.equal(keyOf("")[0], 0x42c4b0e3);
});

Deno.test("hashItem() is over key, device, week and state", () => {
  const item = { key: keyOf(ID), deviceId: "laptop", week: 2816, dead: false };
  assert.deepEqual(hashItem(item), [1971218423, 2576972185, 734267213, 3763021694]);
  assert.deepEqual(
    hashItem({ ...item, dead: true }),
    [1475108070, 3240300248, 1027437043, 774291112],
  );
  for (const other of [{ deviceId: "desktop" }, { week: 2817 }, { key: keyOf("x") }]) {
    assert.notDeepEqual(hashItem({ ...item, ...other }), hashItem(item));
  }
});
