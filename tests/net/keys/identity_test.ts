import { privateKeyFromProtobuf } from "@libp2p/crypto/keys";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import assert from "node:assert/strict";
import { RrError } from "../../../src/base/rr_error.ts";
import {
  createIdentity,
  identityFromSeed,
  loadIdentity,
  loadOrCreateIdentity,
  parseIdentity,
} from "../../../src/net/keys/identity.ts";
import { systemWorld } from "../../../src/world/system.ts";

const SEED = Uint8Array.from({ length: 32 }, (_, i) => i);
const PUBLIC = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";

Deno.test("identityFromSeed() gives the bytes and the peer id of the original", async () => {
  const { protobuf, peer } = await identityFromSeed(SEED);
  const hex = Array.from(protobuf, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const seed = Array.from(SEED, (byte) => byte.toString(16).padStart(2, "0")).join("");
  assert.equal(hex, `08011240${seed}${PUBLIC}`);
  assert.equal(peer, "12D3KooWA4Xop1JaT3MHxwYMkCepYsv4iPVopMXwCz5iHYdBfeSB");
});

Deno.test("createIdentity() makes a new key that libp2p reads", async () => {
  const [a, b] = [await createIdentity(), await createIdentity()];
  assert.notEqual(a.peer, b.peer);
  assert.equal(peerIdFromPrivateKey(privateKeyFromProtobuf(a.protobuf)).toString(), a.peer);
  assert.deepEqual(await parseIdentity(a.protobuf), a);
});

Deno.test("parseIdentity() refuses what is not an Ed25519 key pair", async () => {
  const { protobuf } = await identityFromSeed(SEED);
  const other = (await identityFromSeed(new Uint8Array(32))).protobuf;
  const mixed = Uint8Array.from([...protobuf.slice(0, 36), ...other.slice(36)]);
  const rsa = protobuf.slice();
  rsa[1] = 0;
  for (const bytes of [new Uint8Array(0), protobuf.slice(1), protobuf.slice(0, 67), mixed, rsa]) {
    await assert.rejects(parseIdentity(bytes), isKeyError);
  }
});

Deno.test("loadOrCreateIdentity() makes a private file once", async () => {
  await using folder = await temporaryFolder();
  const world = await systemWorld();
  const path = `${folder.path}/identity.key`;
  assert.equal(await loadIdentity(path, world), undefined);
  const first = await loadOrCreateIdentity(path, world);
  assert.equal(first.created, true);
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  assert.equal((await Deno.stat(path)).size, 68);
  const second = await loadOrCreateIdentity(path, world);
  assert.equal(second.created, false);
  assert.equal(second.peer, first.peer);
});

Deno.test("loadOrCreateIdentity() refuses an empty or corrupt file and leaves it", async () => {
  await using folder = await temporaryFolder();
  const world = await systemWorld();
  for (const content of [new Uint8Array(0), new Uint8Array(68), new Uint8Array(5)]) {
    const path = `${folder.path}/${content.length}.key`;
    await Deno.writeFile(path, content);
    await Deno.utime(path, new Date(0), new Date(0));
    await assert.rejects(loadOrCreateIdentity(path, world), isKeyError);
    assert.deepEqual(await Deno.readFile(path), content);
  }
});

Deno.test("loadIdentity() reports loose permissions", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/identity.key`;
  await Deno.writeFile(path, (await createIdentity()).protobuf);
  await Deno.chmod(path, 0o640);
  assert.equal((await loadIdentity(path, await systemWorld()))?.looseMode, 0o640);
});

function isKeyError(error: unknown): boolean {
  return error instanceof RrError && error.code === "key";
}

async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("an empty key file that is old is refused at once, not waited for", async () => {
  await using folder = await temporaryFolder();
  const { files } = await systemWorld();
  const path = `${folder.path}/identity.key`;
  await Deno.writeFile(path, new Uint8Array(0));
  await Deno.utime(path, new Date(0), new Date(0));
  const sleeps: number[] = [];
  const clock = {
    now: () => Date.now(),
    monotonic: () => sleeps.length * 20,
    sleep: (ms: number) => Promise.resolve(void sleeps.push(ms)),
  };
  await assert.rejects(loadIdentity(path, { files, clock }), /the file is empty/);
  assert.deepEqual(sleeps, []);
});
