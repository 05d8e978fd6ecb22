/** What a client makes of trackers that fail, refuse or fall silent. */
import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/clock.ts";
import { RrError } from "../../../src/base/rr_error.ts";
import { serveHttp } from "../../../src/process/http_serve.ts";
import { createTrackerClient } from "../../../src/tracker/client/client.ts";
import { serveTracker } from "../../../src/tracker/server/server.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { seededRandom } from "../../fakes/seeded_random.ts";
import { DEPS, openFake, OWN, pauses, refusesWith } from "./_fake_tracker.ts";

Deno.test("createTrackerClient() tries three times on 408, 429 and 5xx", async () => {
  for (const status of [408, 429, 500, 503]) {
    await using fake = await openFake((response) => response.writeHead(status).end("busy\n"));
    pauses.length = 0;
    await assert.rejects(
      fake.client.list("kim"),
      refusesWith(new RegExp(`answered ${status} \\(busy\\)`)),
    );
    assert.equal(fake.requests.length, 3);
    assert.equal(pauses.length, 2);
    assert.ok(pauses[0]! >= 75 && pauses[0]! <= 125 && pauses[1]! >= 150 && pauses[1]! <= 250);
  }
});

Deno.test("createTrackerClient() fails at once on any other status, and quotes the tracker", async () => {
  await using fake = await openFake((response) =>
    response.writeHead(400).end('{"error":"no\\u001b[1m"}')
  );
  await assert.rejects(fake.client.register(OWN), refusesWith(/answered 400 \(no \[1m\)$/));
  assert.equal(fake.requests.length, 1);
});

Deno.test("createTrackerClient() says what to do about an answer where there is something to do", async () => {
  const hints: [number, RegExp | undefined][] = [
    [300, /has moved/],
    [399, /has moved/],
    [400, undefined],
    [403, undefined],
    [404, /Check that the URL/],
  ];
  for (const [status, expected] of hints) {
    await using fake = await openFake((response) => response.writeHead(status).end());
    await assert.rejects(fake.client.register(OWN), (error) => {
      assert.ok(error instanceof RrError);
      if (expected === undefined) assert.equal(error.hint, undefined, `${status}`);
      else assert.match(error.hint ?? "", expected, `${status}`);
      return true;
    });
  }
});

Deno.test("createTrackerClient() says what to do about a wrong token", async () => {
  const clock = systemClock();
  await using server = await serveTracker({ bind: "127.0.0.1:0", token: "t" }, {
    clock,
    serveHttp,
  });
  const baseUrl = `http://127.0.0.1:${server.address.port}`;
  const client = createTrackerClient({ baseUrl, token: "wrong" }, DEPS);
  await assert.rejects(client.ping(), (error) => {
    assert.ok(error instanceof RrError);
    assert.match(error.message, /answered 401 \(unauthorized\)/);
    assert.match(error.hint ?? "", /token/);
    assert.ok(!error.message.includes("wrong"));
    return true;
  });
});

Deno.test("createTrackerClient() tries again when a connection breaks", async () => {
  let tries = 0;
  await using fake = await openFake((response) => {
    if (++tries < 3) response.destroy();
    else response.end('{"ok":true,"ttl_sec":42}');
  });
  assert.equal(await fake.client.register(OWN), 42);
  assert.equal(tries, 3);
});

Deno.test("createTrackerClient() names an address where nobody listens", async () => {
  const fake = await openFake(() => {});
  await fake[Symbol.asyncDispose]();
  await assert.rejects(
    fake.client.ping(),
    refusesWith(/Cannot get a good answer at tracker http:\/\/[\d.:]+: .*(refused|ECONNREFUSED)/),
  );
});

Deno.test("createTrackerClient() gives up a silent tracker at its deadline", async () => {
  await using fake = await openFake(() => {});
  const clock = new FakeClock();
  const client = createTrackerClient({ baseUrl: fake.url }, { clock, random: seededRandom() });
  const listed = assert.rejects(client.list("kim"), refusesWith(/no answer within 7000 ms/));
  for (const ms of [2_000, 125, 4_000, 250, 7_000]) {
    await clock.untilSleeping();
    await clock.advance(ms);
  }
  await listed;
  const pinged = assert.rejects(client.ping(), refusesWith(/no answer within 3000 ms/));
  await clock.untilSleeping();
  await clock.advance(3_000);
  await pinged;
});

Deno.test("createTrackerClient() rejects with the reason of an abort in the middle", async () => {
  const reason = new Error("bye");
  const controller = new AbortController();
  await using fake = await openFake(() => controller.abort(reason));
  await assert.rejects(fake.client.list("kim", controller.signal), reason);
  assert.equal(fake.requests.length, 1);
});
