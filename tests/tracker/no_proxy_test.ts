import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "../../src/base/clock.ts";
import { swarmAccess } from "../../src/app/session/swarm_access.ts";
import { createTrackerClient } from "../../src/tracker/client/client.ts";
import { createSwarmClient, MET_NOBODY } from "../../src/tracker/client/swarm_client.ts";
import { seededRandom } from "../fakes/seeded_random.ts";

/** A server on loopback until disposed. */
async function serve(
  listener: RequestListener,
  port = 0,
): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) =>
    server.on("error", reject).listen(port, "127.0.0.1", resolve)
  );
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

Deno.test("a tracker may be at a port that browsers refuse", async () => {
  let port = 0;
  for (const refused of [10080, 6000, 6667, 5060, 2049]) {
    await using server = await serve((request, response) => {
      response.end(request.url!.startsWith("/api/v2/") ? '{"records":[]}' : '{"peers":[]}');
    }, refused).catch(() => undefined);
    if (server === undefined) continue; // somebody else has it
    port = refused;
    const deps = { clock: systemClock(), random: seededRandom() };
    const original = createTrackerClient({ baseUrl: server.url }, deps);
    assert.deepEqual(await original.list("kim"), []);
    const access = await swarmAccess(seededRandom(1).bytes(32), MET_NOBODY);
    const sealed = createSwarmClient({ baseUrl: server.url }, original, access, deps);
    assert.deepEqual(await sealed.list("kim"), []);
    break;
  }
  assert.ok(port > 0, "one of the ports is free");
});

Deno.test("a tracker is asked straight, whatever proxy the environment names", async () => {
  const asked: string[] = [];
  await using tracker = await serve((request, response) => {
    asked.push(`tracker ${request.url}`);
    response.end("ok\n");
  });
  await using proxy = await serve((request, response) => {
    asked.push(`proxy ${request.url}`);
    response.writeHead(407).end();
  });
  const program = `
    import { systemClock } from ${JSON.stringify(import.meta.resolve("../../src/base/clock.ts"))};
    import { systemRandom } from ${JSON.stringify(import.meta.resolve("../../src/base/random.ts"))};
    import { createTrackerClient } from ${
    JSON.stringify(import.meta.resolve("../../src/tracker/client/client.ts"))
  };
    const deps = { clock: systemClock(), random: systemRandom() };
    await createTrackerClient({ baseUrl: ${JSON.stringify(tracker.url)}, token: "t" }, deps).ping();
  `;
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
  const env = Object.fromEntries(
    [...names, ...names.map((name) => name.toLowerCase())].map((name) => [name, proxy.url]),
  );
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", program],
    env: { ...env, NODE_USE_ENV_PROXY: "1" },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assert.deepEqual(asked, ["tracker /api/v1/ping"]);
});
