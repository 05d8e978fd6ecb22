import assert from "node:assert/strict";
import fc from "fast-check";
import { peerIdFromString } from "@libp2p/peer-id";
import { decodeBase58, encodeBase58 } from "../../src/base/base58.ts";
import { PEER_IDS } from "../contracts/directory.ts";

const RSA = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N";

Deno.test("decodeBase58() reads what libp2p writes, and encodeBase58() writes it", () => {
  for (const id of [...PEER_IDS, RSA]) {
    const { bytes } = peerIdFromString(id).toMultihash();
    assert.deepEqual(decodeBase58(id), Uint8Array.from(bytes));
    assert.equal(encodeBase58(bytes), id);
  }
});

Deno.test("encodeBase58() writes the number, and a 1 for every zero byte in front", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    assert.equal(encodeBase58(bytes), byBigInteger(bytes));
    assert.deepEqual(decodeBase58(encodeBase58(bytes)), bytes);
  }));
});

Deno.test("decodeBase58() refuses other characters", () => {
  for (const text of ["0", "O", "I", "l", " 1", "1\n", "é"]) {
    assert.equal(decodeBase58(text), undefined, text);
  }
  assert.deepEqual(decodeBase58(""), new Uint8Array(0));
});

/** Slow and evidently right. */
function byBigInteger(bytes: Uint8Array): string {
  const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  let rest = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = "";
  for (; rest > 0n; rest /= 58n) text = alphabet[Number(rest % 58n)] + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return "1".repeat(zeros < 0 ? bytes.length : zeros) + text;
}
