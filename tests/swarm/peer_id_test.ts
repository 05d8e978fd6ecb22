import { generateKeyPairFromSeed, publicKeyToProtobuf } from "@libp2p/crypto/keys";
import { peerIdFromPublicKey, peerIdFromString } from "@libp2p/peer-id";
import fc from "fast-check";
import assert from "node:assert/strict";
import { parsePeerId, peerIdOf, peerIdOfMultihash } from "../../src/swarm/peer_id.ts";

const KNOWN = "12D3KooWA4Xop1JaT3MHxwYMkCepYsv4iPVopMXwCz5iHYdBfeSB";

Deno.test("peerIdOf() names keys as libp2p does", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 32, maxLength: 32 }), async (seed) => {
      const { publicKey } = await generateKeyPairFromSeed("Ed25519", seed);
      const theirs = peerIdFromPublicKey(publicKey).toString();
      assert.equal(peerIdOf(publicKey.raw), theirs);
      assert.equal(parsePeerId(theirs), theirs);
      assert.equal(peerIdOfMultihash(peerIdFromString(theirs).toMultihash().bytes), theirs);
      assert.equal(publicKeyToProtobuf(publicKey).length, 36);
    }),
    { numRuns: 50 },
  );
});

Deno.test("peerIdOf() refuses a key of another size", () => {
  assert.throws(() => peerIdOf(new Uint8Array(31)), RangeError);
});

Deno.test("parsePeerId() refuses everything but an Ed25519 id in base58btc", () => {
  const wrong = [
    "",
    KNOWN.slice(0, -1),
    `${KNOWN}1`,
    ` ${KNOWN}`,
    KNOWN.replace("K", "0"),
    "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N",
    "k51qzi5uqu5dhjghbwdvbo6mi40htrq6e2z4pwgp15pgv3ho1azvidttzh8yy2",
    `22D3KooW${KNOWN.slice(8)}`,
    "1".repeat(52),
    "z".repeat(52),
  ];
  for (const text of wrong) assert.equal(parsePeerId(text), undefined, text);
});

Deno.test("parsePeerId() never accepts a text that libp2p reads as another id", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 51 }), fc.constantFrom(..."123zZ0lIO"), (at, char) => {
      const text = KNOWN.slice(0, at) + char + KNOWN.slice(at + 1);
      if (parsePeerId(text) === undefined) return;
      assert.equal(peerIdFromString(text).toString(), text);
    }),
  );
});

Deno.test("peerIdOfMultihash() refuses other bytes", () => {
  assert.equal(peerIdOfMultihash(new Uint8Array(38)), undefined);
  assert.equal(peerIdOfMultihash(new Uint8Array(0)), undefined);
});
