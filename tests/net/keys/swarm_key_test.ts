import fc from "fast-check";
import assert from "node:assert/strict";
import { RrError } from "../../../src/base/rr_error.ts";
import {
  formatSwarmKey,
  loadOrCreateSwarmKey,
  loadSwarmKey,
  parseSwarmKey,
  swarmKeyFingerprint,
} from "../../../src/net/keys/swarm_key.ts";
import { systemWorld } from "../../../src/world/system.ts";

const HEX = "6189c5cf0b87fb800c1a9feeda73c6ab5e998db48fb9e6a978575c770ceef683";
const KEY = Uint8Array.from(HEX.match(/../g)!, (byte) => parseInt(byte, 16));
const TEXT = `/key/swarm/psk/1.0.0/\n/base16/\n${HEX}\n`;

Deno.test("swarmKeyFingerprint() gives the fingerprints of go-libp2p", () => {
  assert.equal(swarmKeyFingerprint(KEY), "45fc986bbc9388a11d939df26f730f0c");
  assert.equal(swarmKeyFingerprint(new Uint8Array(32)), "708a75afd05affb08736cbf17c73773e");
  const counted = Uint8Array.from({ length: 32 }, (_, i) => i);
  assert.equal(swarmKeyFingerprint(counted), "41dfbf48d882a8ee665983adfa7a48f7");
});

Deno.test("swarmKeyFingerprint() and formatSwarmKey() refuse a key of another size", () => {
  assert.throws(() => swarmKeyFingerprint(new Uint8Array(31)), RangeError);
  assert.throws(() => formatSwarmKey(new Uint8Array(33)), RangeError);
});

Deno.test("formatSwarmKey() writes what parseSwarmKey() reads", () => {
  assert.equal(formatSwarmKey(KEY), TEXT);
  fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
    assert.deepEqual(parseSwarmKey(formatSwarmKey(key)), key);
  }));
});

Deno.test("parseSwarmKey() takes what the original takes", () => {
  const right = {
    "no last newline": TEXT.trimEnd(),
    "CRLF": TEXT.replaceAll("\n", "\r\n"),
    "upper case": TEXT.replace(HEX, HEX.toUpperCase()),
    "blanks after the digits": TEXT.replace(HEX, `${HEX} \t `),
    "more lines": `${TEXT}# my swarm\n\u0000`,
  };
  for (const [what, text] of Object.entries(right)) {
    assert.deepEqual(parseSwarmKey(text), KEY, what);
  }
});

Deno.test("parseSwarmKey() names a byte order mark, which nobody sees", () => {
  assert.throws(() => parseSwarmKey(`\ufeff${TEXT}`), /line 1 .* without the byte order mark/);
});

Deno.test("parseSwarmKey() refuses what the original refuses", () => {
  const wrong = {
    "empty": "",
    "two lines": "/key/swarm/psk/1.0.0/\n/base16/\n",
    "byte order mark": `\ufeff${TEXT}`,
    "blank before the header": ` ${TEXT}`,
    "blank after the header": TEXT.replace("\n", " \n"),
    "another version": TEXT.replace("1.0.0", "2.0.0"),
    "another encoding": TEXT.replace("base16", "base64"),
    "short": TEXT.replace(HEX, HEX.slice(2)),
    "long": TEXT.replace(HEX, `${HEX}00`),
    "no digit": TEXT.replace(HEX, `g${HEX.slice(1)}`),
    "blank before the digits": TEXT.replace(HEX, ` ${HEX}`),
    "lone carriage returns": TEXT.replaceAll("\n", "\r"),
  };
  for (const [what, text] of Object.entries(wrong)) {
    assert.throws(() => parseSwarmKey(text), (error) => isKeyError(error), what);
  }
});

Deno.test("parseSwarmKey() never repeats the digits in its error", () => {
  try {
    parseSwarmKey(TEXT.replace(HEX, HEX.slice(1)));
    assert.fail("expected an error");
  } catch (error) {
    assert.ok(!`${error}`.includes(HEX.slice(1, 20)));
  }
});

Deno.test("loadOrCreateSwarmKey() makes a private file once and says so", async () => {
  await using folder = await temporaryFolder();
  const world = await systemWorld();
  const path = `${folder.path}/new/swarm.key`;
  assert.equal(await loadSwarmKey(path, world), undefined);
  const first = await loadOrCreateSwarmKey(path, world);
  assert.equal(first.created, true);
  assert.equal(first.looseMode, undefined);
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  assert.equal((await Deno.stat(`${folder.path}/new`)).mode! & 0o777, 0o700);
  const second = await loadOrCreateSwarmKey(path, world);
  assert.deepEqual(second, { ...first, created: false, bytes: (second as never)["bytes"] });
});

Deno.test("loadOrCreateSwarmKey() reports loose permissions", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/swarm.key`;
  await Deno.writeTextFile(path, TEXT, { mode: 0o644 });
  await Deno.chmod(path, 0o644);
  assert.equal((await loadOrCreateSwarmKey(path, await systemWorld())).looseMode, 0o644);
});

for (const [what, text] of [["an empty", ""], ["a broken", "/key/swarm"]] as const) {
  Deno.test(`loadOrCreateSwarmKey() refuses ${what} file and leaves it`, async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/swarm.key`;
    await Deno.writeTextFile(path, text);
    await Deno.utime(path, new Date(0), new Date(0));
    const world = await systemWorld();
    await assert.rejects(loadOrCreateSwarmKey(path, world), isKeyError);
    assert.equal(await Deno.readTextFile(path), text);
  });
}

Deno.test("loadOrCreateSwarmKey() waits for a process that is writing the file", async () => {
  const world = await systemWorld();
  let reads = 0;
  const files = {
    ...world.files,
    readBytes: () => new TextEncoder().encode(++reads < 3 ? "" : TEXT),
    stat: () => ({ kind: "file", mode: 0o600, size: 0, mtimeMs: world.clock.now() }) as const,
  };
  const loaded = await loadOrCreateSwarmKey("/nowhere/swarm.key", { ...world, files });
  assert.deepEqual(loaded.key, KEY);
  assert.equal(loaded.created, false);
});

Deno.test("loadOrCreateSwarmKey() gives processes that start together one key", async () => {
  await using folder = await temporaryFolder();
  const script = new URL("../processes/make_keys.ts", import.meta.url).pathname;
  const makers = Array.from({ length: 4 }, () =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "-A", script, folder.path],
      stderr: "inherit",
    }).output());
  const texts = (await Promise.all(makers)).map(({ stdout }) => new TextDecoder().decode(stdout));
  const keys = texts.map((text) => JSON.parse(text));
  assert.equal(new Set(keys.map((it) => `${it.fingerprint} ${it.peer}`)).size, 1);
  assert.equal(keys.filter((it) => it.createdSwarmKey).length, 1);
  assert.equal(keys.filter((it) => it.createdIdentity).length, 1);
});

function isKeyError(error: unknown): boolean {
  return error instanceof RrError && error.code === "key";
}

async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
