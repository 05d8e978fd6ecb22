import assert from "node:assert/strict";
import { createIdentity, signWith } from "../../../src/net/keys/identity.ts";

Deno.test("signWith() makes a signature that the identity's public key confirms", async () => {
  const identity = await createIdentity();
  const data = new TextEncoder().encode("who registers");
  const signature = Uint8Array.from(await signWith(identity, data));
  const raw = Uint8Array.from(identity.protobuf.slice(-32));
  const key = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
  assert.ok(await crypto.subtle.verify("Ed25519", key, signature, data));
  assert.ok(!await crypto.subtle.verify("Ed25519", key, signature, data.slice(1)));
});
