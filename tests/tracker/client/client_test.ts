import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { systemClock } from "../../../src/base/clock.ts";
import type { RrError } from "../../../src/base/rr_error.ts";
import { serveHttp } from "../../../src/process/http_serve.ts";
import { createTrackerClient } from "../../../src/tracker/client/client.ts";
import { MAX_LIST_BYTES } from "../../../src/tracker/messages.ts";
import { serveTracker } from "../../../src/tracker/server/server.ts";
import { PEER_IDS, testDirectory } from "../../contracts/directory.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { seededRandom } from "../../fakes/seeded_random.ts";
import { DEPS, openFake, OWN, refusesWith } from "./_fake_tracker.ts";

testDirectory("tracker client", async () => {
  const clock = new FakeClock();
  const server = await serveTracker({ bind: "127.0.0.1:0", token: "t" }, { clock, serveHttp });
  const baseUrl = `http://127.0.0.1:${server.address.port}//`;
  // Deadlines must not hang on the clock of the tracker.
  const deps = { clock: { ...systemClock(), now: () => clock.now() }, random: seededRandom() };
  return {
    directory: createTrackerClient({ baseUrl, token: " t " }, deps),
    expire: () => clock.advance(60_001),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
});

Deno.test("createTrackerClient() follows no redirect", async () => {
  await using fake = await openFake((response) =>
    response.writeHead(302, { location: "http://127.0.0.1:1/" }).end()
  );
  await assert.rejects(fake.client.list("kim"), refusesWith(/answered 302/));
  assert.equal(fake.requests.length, 1);
});

Deno.test("createTrackerClient() takes the 404 of an original tracker for a withdrawal", async () => {
  await using fake = await openFake((response) => response.writeHead(404).end("not found\n"));
  await fake.client.withdraw(PEER_IDS[0]);
  assert.equal(fake.requests[0]?.method, "DELETE");
  assert.equal(fake.requests[0]?.url, `/api/v1/peers/${PEER_IDS[0]}`);
  await assert.rejects(fake.client.list("kim"), refusesWith(/answered 404/));
});

Deno.test("createTrackerClient() stops reading an answer that is too large", async () => {
  let sent = 0;
  await using fake = await openFake((response) => {
    const part = new Uint8Array(1_024 * 1_024).fill(32);
    const more = (): void => {
      while (!response.destroyed && sent < 100 && response.write(part)) sent++;
      if (sent++ < 100) response.once("drain", more);
    };
    response.writeHead(400);
    more();
  });
  await assert.rejects(fake.client.list("kim"), refusesWith(/answered 400/));
  assert.ok(sent < 50, `${sent} MiB were taken`);
});

Deno.test("createTrackerClient() takes the first devices of a list that is too long", async () => {
  const record = (peer_id: string) => ({
    peer_id,
    addrs: ["x".repeat(8_000)],
    meta: { user_id: "kim" },
    last_seen_unix: 1,
  });
  const nobody = JSON.stringify(record("nobody"));
  const body = `{"peers":[${JSON.stringify(record(PEER_IDS[0]))}${`,${nobody}`.repeat(999)}]}`;
  await using fake = await openFake((response) => response.end(body));
  const peers = await fake.client.list("kim");
  assert.deepEqual(peers.map(({ peer }) => peer), [PEER_IDS[0]]);
  const [warning] = fake.logger.matching("records we cannot read");
  const rejected = Number(warning?.fields["rejected"]);
  assert.ok(rejected > 200 && rejected * nobody.length < MAX_LIST_BYTES, `${rejected} were read`);
  assert.equal(fake.requests.length, 1);
});

Deno.test("createTrackerClient() reads the tracker's clock from a ping", async () => {
  await using fake = await openFake((response) =>
    response.writeHead(200, { date: new Date(Date.now() - 90_500).toUTCString() }).end("ok\n")
  );
  const { latencyMs, clockSkewSec } = await fake.client.ping();
  assert.ok(Number.isInteger(latencyMs) && latencyMs >= 0);
  assert.ok(Math.abs(clockSkewSec! + 90) <= 2, `${clockSkewSec}`);
});

Deno.test("createTrackerClient() hides user and password and sends them as Basic", async () => {
  await using fake = await openFake((response) => response.end("ok\n"));
  const baseUrl = fake.url.replace("//", "//kim:p%40ss@") + "/sub/";
  const client = createTrackerClient({ baseUrl, token: "t" }, DEPS);
  assert.equal(client.name, `${fake.url}/sub`);
  await client.ping();
  const [{ headers, url }] = fake.requests as [IncomingMessage];
  assert.equal(url, "/sub/api/v1/ping");
  assert.equal(headers.authorization, `Basic ${btoa("kim:p@ss")}`);
  assert.equal(headers["x-rustory-token"], "t");
});

Deno.test("createTrackerClient() refuses URLs and tokens it cannot use, without repeating secrets", () => {
  const bad = [
    "",
    "tracker:8850",
    "ftp://h",
    "http://h/?token=s3cret",
    "http://a:s3cret@h/#x",
    "http://",
  ];
  for (const baseUrl of bad) {
    assert.throws(
      () => createTrackerClient({ baseUrl }, DEPS),
      (error) => error instanceof RangeError && !error.message.includes("s3cret"),
      baseUrl,
    );
  }
  assert.throws(
    () => createTrackerClient({ baseUrl: "http://h", token: "s\n3cret" }, DEPS),
    RangeError,
  );
});

Deno.test("createTrackerClient() keeps the good records of a hostile answer", async () => {
  const good = { peer_id: PEER_IDS[0], addrs: ["/a"], meta: { user_id: "kim" }, last_seen_unix: 1 };
  const peers = [
    null,
    { ...good, peer_id: "x" },
    { ...good, last_seen_unix: "1" },
    {
      ...good,
      peer_id: PEER_IDS[1],
      last_seen_unix: 9e15,
      meta: { user_id: "kim", hostname: "\x1b[2J" },
    },
    { ...good, peer_id: PEER_IDS[2], meta: { user_id: "eve" } },
    { ...good, addrs: ["/a", "", "/b\nc", "/x".repeat(300), " /d "] },
  ];
  await using fake = await openFake((response) => response.end(JSON.stringify({ peers })));
  const found = await fake.client.list("kim");
  assert.deepEqual(found.map((one) => [one.peer, one.addrs, one.hostname]), [
    [PEER_IDS[1], ["/a"], undefined],
    [PEER_IDS[0], ["/a", "/d"], undefined],
  ]);
  assert.ok(found[0]!.lastSeenUnix <= Date.now() / 1_000);
  const [event] = fake.logger.matching("cannot read");
  assert.equal(event?.fields.rejected, 2, "null is nobody's");
});

Deno.test("createTrackerClient() tells an answer that is no tracker's", async () => {
  for (const text of ["<html>", "{}", '{"ok":true}', '{"ok":false,"ttl_sec":1}', "null"]) {
    await using fake = await openFake((response) => response.end(text));
    await assert.rejects(fake.client.register(OWN), refusesWith(/the answer is no tracker's/));
    await assert.rejects(fake.client.list("kim"), refusesWith(/the answer is no tracker's/));
    assert.equal(fake.requests.length, 2);
  }
});

Deno.test("createTrackerClient() does not show a person another server's page", async () => {
  await using fake = await openFake((response) => {
    response.statusCode = 404;
    response.end("<!DOCTYPE HTML><html><head><title>Error response</title></head></html>");
  });
  await assert.rejects(fake.client.list("kim"), (error) => {
    assert.match(String(error), /404.*a web page, so this is no tracker/);
    assert.doesNotMatch(String(error), /DOCTYPE|<html/);
    return true;
  });
});

Deno.test("createTrackerClient() tells a proxy whose tracker is down from one that is full", async () => {
  let page = "";
  let status = 502;
  await using fake = await openFake((response) => {
    response.statusCode = status;
    response.end(page);
  });
  for (status of [502, 503, 504]) {
    for (page of ["", "<html><head><title>Bad Gateway</title></head></html>"]) {
      await assert.rejects(fake.client.list("kim"), (error) => {
        assert.match(String(error), new RegExp(`${status} \\(a proxy answers for it`));
        assert.match((error as RrError).hint!, /whether `rr hub` .* runs there/);
        return true;
      });
    }
  }
  [status, page] = [503, '{"ok":false,"error":"the tracker is full"}'];
  await assert.rejects(fake.client.list("kim"), /503 \(the tracker is full\)/);
});
