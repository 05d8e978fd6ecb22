import assert from "node:assert/strict";
import { generateKeyPair } from "@libp2p/crypto/keys";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import type { PeerId } from "../../src/swarm/peer.ts";
import { checkProof, formatProof, MAX_PROOF_AGE_MS } from "../../src/tracker/proof.ts";
import type { Sign } from "../../src/tracker/proof.ts";
import { openTracker, PEER_IDS } from "./_requests.ts";

const NOW = 1_700_000_000_000;
const SUBJECT = {
  method: "POST",
  path: "/api/v1/peers/register",
  body: new TextEncoder().encode("{}"),
};

async function createPeer(): Promise<{ readonly peer: PeerId; readonly sign: Sign }> {
  const key = await generateKeyPair("Ed25519");
  return {
    peer: peerIdFromPrivateKey(key).toString() as PeerId,
    sign: async (data) => await key.sign(data),
  };
}

Deno.test("checkProof() takes a libp2p key's signature, and nobody else's", async () => {
  const { peer, sign } = await createPeer();
  const header = await formatProof(SUBJECT, NOW, sign);
  assert.equal(await checkProof(header, peer, SUBJECT, NOW), NOW);
  assert.equal(await checkProof(header, PEER_IDS[0], SUBJECT, NOW), "forged");
});

Deno.test("checkProof() covers method, path, time and body", async () => {
  const { peer, sign } = await createPeer();
  const header = await formatProof(SUBJECT, NOW, sign);
  const later = header.replace(String(NOW), String(NOW + 1));
  assert.equal(await checkProof(later, peer, SUBJECT, NOW), "forged");
  const changed = [{ method: "DELETE" }, { path: "/" }, { body: new Uint8Array(2) }];
  for (const change of changed) {
    assert.equal(await checkProof(header, peer, { ...SUBJECT, ...change }, NOW), "forged");
  }
});

Deno.test("checkProof() counts none, and one that is too old or too new, as none", async () => {
  const { peer, sign } = await createPeer();
  assert.equal(await checkProof(null, peer, SUBJECT, NOW), undefined);
  const header = await formatProof(SUBJECT, NOW, sign);
  assert.equal(await checkProof(header, peer, SUBJECT, NOW + MAX_PROOF_AGE_MS), NOW);
  assert.equal(await checkProof(header, peer, SUBJECT, NOW + MAX_PROOF_AGE_MS + 1), undefined);
  assert.equal(await checkProof(header, peer, SUBJECT, NOW - MAX_PROOF_AGE_MS - 1), undefined);
});

Deno.test("checkProof() calls what is no proof forged", async () => {
  const { peer, sign } = await createPeer();
  const header = await formatProof(SUBJECT, NOW, sign);
  const rsa = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N" as PeerId;
  assert.equal(await checkProof(header, rsa, SUBJECT, NOW), "forged");
  for (const bad of ["", "x", `${NOW}.`, `${NOW}.${"A".repeat(86)}`, `${header}A`, `-${header}`]) {
    assert.equal(await checkProof(bad, peer, SUBJECT, NOW), "forged", bad);
  }
});

Deno.test("createTracker() keeps a signed record from everyone but its owner", async () => {
  const { register, send, list, clock } = openTracker();
  const { peer, sign } = await createPeer();
  const path = `/api/v1/peers/${peer}`;
  const headersFor = async (method: string, path: string, text: string): Promise<HeadersInit> => {
    const subject = { method, path, body: new TextEncoder().encode(text) };
    return { "x-rustory-proof": await formatProof(subject, clock.now(), sign) };
  };
  const body = JSON.stringify({ peer_id: peer, addrs: ["/mine"] });
  const theirs = { peer_id: peer, addrs: ["/theirs"] };
  const proven = await headersFor("POST", SUBJECT.path, body);
  assert.equal((await register(body, proven)).status, 200);
  assert.equal((await register(body, proven)).status, 403, "replayed");
  assert.equal((await register(theirs)).status, 403, "unsigned");
  assert.equal((await register(theirs, proven)).status, 403, "forged");
  assert.equal((await send("DELETE", path)).status, 403);
  assert.deepEqual((await list()).map((one) => one.addrs), [["/mine"]]);
  await clock.advance(1);
  const headers = await headersFor("DELETE", path, "");
  assert.equal((await send("DELETE", path, { headers })).status, 200);
  assert.equal((await register(theirs)).status, 200, "nothing left to protect");
});
