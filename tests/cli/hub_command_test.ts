/** `rr hub install`, said again. */
import assert from "node:assert/strict";
import { silentLogger } from "../../src/base/log.ts";
import { serveControl } from "../../src/control/server.ts";
import { controlSocketPath } from "../../src/control/socket_path.ts";
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

Deno.test("rr hub uninstall takes no folder away under a hub that runs, and names it", async () => {
  using world = annsWorld();
  const state = ["--state", `${world.home}/hub`];
  await rr(world, "hub", "install", "--host", "hub.example", ...state);
  const before = world.files.list(state[1]!).toSorted();
  const uninstall = (...flags: string[]): ReturnType<typeof rr> =>
    rr(world, "hub", "uninstall", "--yes", ...flags, ...state);
  {
    await using _hub = await serveControl(
      controlSocketPath(`${state[1]}/hub`),
      { status: () => Promise.resolve({ pid: 4711 }) },
      { clock: world.clock, logger: silentLogger() },
    );
    const kept = await uninstall();
    assert.equal(kept.code, 0);
    assert.match(kept.err, /A hub that was started by hand still runs; to end it: `kill 4711`/);
    const refused = await uninstall("--purge");
    assert.equal(refused.code, 1);
    assert.match(refused.err, /Cannot remove ".*hub": a hub .* still runs .*\n.*`kill 4711`\n/);
  }
  assert.deepEqual(world.files.list(state[1]!).toSorted(), before);
  assert.equal((await uninstall("--purge")).code, 0);
  assert.equal(world.files.stat(state[1]!), undefined);
});
