import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "../../src/base/clock.ts";
import { createTrackerClient } from "../../src/tracker/client/client.ts";
import { sendDirectly } from "../../src/tracker/request.ts";
import { seededRandom } from "../fakes/seeded_random.ts";

async function serve(
  listener: RequestListener,
  act: (url: string, server: Server) => Promise<void>,
): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    await act(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
  } finally {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
}

const GET = { method: "GET", headers: {}, signal: new AbortController().signal };

Deno.test("sendDirectly() sends method, headers and body, and hands the answer back", () =>
  serve((request, response) => {
    const parts: Uint8Array[] = [];
    request.on("data", (part) => parts.push(part)).on("end", () => {
      response.writeHead(418, { "x-seen": request.headers["x-own"] as string });
      response.end(`${request.method} ${parts.reduce((sum, part) => sum + part.length, 0)}`);
    });
  }, async (url) => {
    const init = { ...GET, method: "POST", headers: { "x-own": "yes" }, body: "äöü" };
    const response = await sendDirectly(`${url}/x`, init);
    assert.equal(response.status, 418);
    assert.equal(response.headers.get("x-seen"), "yes");
    assert.equal(await response.text(), "POST 6");
  }));

Deno.test("sendDirectly() uses no connection twice, least of all one that gave no answer", async () => {
  let connections = 0;
  let requests = 0;
  await serve((_request, response) => {
    if (++requests > 1) response.end("here");
  }, async (url, server) => {
    server.on("connection", () => connections++);
    const late = new AbortController();
    const first = sendDirectly(url, { ...GET, signal: late.signal });
    while (requests === 0) await systemClock().sleep(1);
    late.abort(new Error("late"));
    await assert.rejects(first, /late/);
    for (let n = 0; n < 2; n++) assert.equal(await (await sendDirectly(url, GET)).text(), "here");
    assert.equal(connections, 3);
  });
});

Deno.test("sendDirectly() follows no redirect, and lets go in the middle of an answer", () =>
  serve((request, response) => {
    if (request.url === "/to") response.writeHead(302, { location: "/elsewhere" }).end();
    else response.writeHead(200, { "content-length": "100" }).write("half");
  }, async (url) => {
    assert.equal((await sendDirectly(`${url}/to`, GET)).status, 302);
    const stop = new AbortController();
    const response = await sendDirectly(`${url}/x`, { ...GET, signal: stop.signal });
    const reading = response.text();
    stop.abort(new Error("enough"));
    await assert.rejects(reading);
  }));

Deno.test("ping() takes a page that answers everything for no tracker", () =>
  serve((_request, response) => response.end("<html>Please log in</html>"), async (url) => {
    const deps = { clock: systemClock(), random: seededRandom(1) };
    await assert.rejects(
      createTrackerClient({ baseUrl: url }, deps).ping(),
      /something else than a tracker answers/,
    );
  }));
