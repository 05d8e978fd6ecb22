import assert from "node:assert/strict";
import fc from "fast-check";
import { peerIdFromString } from "@libp2p/peer-id";
import { decodeBase58, parsePeerIdText } from "../../src/swarm/peer_id_text.ts";
import { PEER_IDS } from "../contracts/directory.ts";

const RSA = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N";

Deno.test("parsePeerIdText() takes Ed25519 ids and the older kind, and trims", () => {
  for (const id of [...PEER_IDS, RSA]) {
    assert.equal(parsePeerIdText(id), id);
    assert.equal(parsePeerIdText(` ${id}\n`), id);
  }
});

Deno.test("parsePeerIdText() refuses everything else", () => {
  const [id] = PEER_IDS;
  const secp256k1 = "16Uiu2HAmAxdmbWYWpX3U7TMwE6LxbgSdABAdgCPsM5qZ1zYoFGm7";
  const bad = ["", " ", "x", "0", id.slice(1), id.slice(0, -1), `${id}1`, `1${id}`, `${id}${id}`];
  const cid = "bafzaajaiaejcal72gwuz2or47oyxxn6b3rkwdmmkrxgkjxzy3rm3jvqwfmwhjwz3";
  for (const text of [...bad, secp256k1, cid, id.replace("D", "l"), "1".repeat(38)]) {
    assert.equal(parsePeerIdText(text), undefined, text);
  }
});

Deno.test("decodeBase58() reads what libp2p writes", () => {
  for (const id of [...PEER_IDS, RSA]) {
    assert.deepEqual(decodeBase58(id), peerIdFromString(id).toMultihash().bytes);
  }
});

Deno.test("decodeBase58() is the inverse of encoding", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    assert.deepEqual(decodeBase58(encodeBase58(bytes)), bytes);
  }));
});

/** By big integers: slow and evidently right. */
function encodeBase58(bytes: Uint8Array): string {
  const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  let rest = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = "";
  for (; rest > 0n; rest /= 58n) text = alphabet[Number(rest % 58n)] + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return "1".repeat(zeros < 0 ? bytes.length : zeros) + text;
}
