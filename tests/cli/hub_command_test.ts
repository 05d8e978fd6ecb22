/** `rr hub install`, said again. */
import assert from "node:assert/strict";
import { annsWorld, rr } from "./_run.ts";

Deno.test("rr hub install again changes what is given, and keeps the rest", async () => {
  using world = annsWorld();
  const state = `${world.home}/hub`;
  const install = async (...words: string[]): Promise<Record<string, unknown>> => {
    const { code, out, err } = await rr(world, "hub", "install", "--state", state, ...words);
    assert.equal(code, 0, err);
    assert.ok(out.endsWith(`\nnext: \`rr hub pair --state ${state}\`\n`), out);
    return JSON.parse(Deno.readTextFileSync(`${state}/hub.json`));
  };
  const first = {
    host: "hub.example",
    trackerPort: 8850,
    relayPort: 8850,
    peer: false,
  };
  assert.deepEqual(await install("--host", "hub.example"), first);
  const token = Deno.readTextFileSync(`${state}/token`);
  const proxied = { ...first, url: "https://hub.example" };
  assert.deepEqual(await install("--url", "https://hub.example"), proxied);
  assert.deepEqual(await install("--peer"), { ...proxied, peer: true });
  const moved = { ...proxied, peer: true, trackerPort: 80, relayPort: 80 };
  assert.deepEqual(await install("--tracker-port", "80"), moved);
  assert.deepEqual(await install("--relay-port", "4001"), { ...moved, relayPort: 4001 });
  assert.deepEqual(await install("--no-peer", "--tracker-port", "81"), {
    ...moved,
    peer: false,
    trackerPort: 81,
    relayPort: 4001,
  });
  assert.equal(Deno.readTextFileSync(`${state}/token`), token);
});

Deno.test("rr hub install takes names and addresses of both kinds", async () => {
  using world = annsWorld();
  for (
    const [host, url] of [
      ["192.0.2.7", "http://192.0.2.7:8850"],
      ["2001:db8::7", "http://[2001:db8::7]:8850"],
    ]
  ) {
    const { out } = await rr(
      world,
      "hub",
      "install",
      "--state",
      `${world.home}/hub`,
      "--host",
      host!,
    );
    assert.ok(out.includes(`tracker for devices: ${url}\n`), out);
  }
});
