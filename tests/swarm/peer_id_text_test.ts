import assert from "node:assert/strict";
import { parsePeerIdText } from "../../src/swarm/peer_id.ts";
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
