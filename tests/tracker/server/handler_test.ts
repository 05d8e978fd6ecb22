import assert from "node:assert/strict";
import fc from "fast-check";
import { createTracker } from "../../../src/tracker/server/handler.ts";
import { createMetrics } from "../../../src/base/metrics.ts";
import { MAX_PEER_ADDRS } from "../../../src/swarm/peer_addrs.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { openTracker, PEER_IDS, record } from "../_requests.ts";

async function assertText(response: Response, status: number, text: string): Promise<void> {
  assert.equal(response.status, status);
  assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.equal(await response.text(), text);
}

Deno.test("createTracker() answers a ping", async () => {
  const { send } = openTracker();
  await assertText(await send("GET", "/api/v1/ping"), 200, "ok\n");
  await assertText(await send("GET", "/api/v1/ping?x=1"), 200, "ok\n");
});

Deno.test("createTracker() registers and lists exactly as the original", async () => {
  const { register, send, clock } = openTracker();
  clock.jumpTo(1_700_000_000_999);
  const answer = await register(record());
  assert.equal(answer.headers.get("content-type"), "application/json");
  assert.equal(await answer.text(), '{"ok":true,"ttl_sec":60}');
  const listed = await send("GET", "/api/v1/peers");
  assert.equal(listed.headers.get("content-type"), "application/json");
  const id = PEER_IDS[0];
  assert.equal(
    await listed.text(),
    `{"peers":[{"peer_id":"${id}","addrs":["/ip4/192.0.2.7/tcp/8845/p2p/${id}"],` +
      `"meta":{"device_id":"dev0","hostname":"host","user_id":"kim","version":"0.1.0"},` +
      `"last_seen_unix":1700000000}]}`,
  );
});

Deno.test("createTracker() takes records with meta, its members or nothing of it", async () => {
  const { register, list } = openTracker();
  const [a, b, c] = PEER_IDS;
  assert.equal((await register({ peer_id: a, addrs: [] })).status, 200);
  assert.equal((await register({ peer_id: b, addrs: [], meta: null })).status, 200);
  assert.equal((await register({ peer_id: c, addrs: [], meta: { user_id: "kim" } })).status, 200);
  const nulls = { device_id: null, hostname: null, version: null };
  assert.deepEqual((await list()).map((peer) => peer.meta), [
    null,
    null,
    { ...nulls, user_id: "kim" },
  ]);
  assert.deepEqual((await list("?user_id=")).map((peer) => peer.peer_id), []);
  assert.deepEqual((await list("?user_id=kim")).map((peer) => peer.peer_id), [c]);
});

Deno.test("createTracker() filters by the first user_id, percent-decoded only", async () => {
  const { register, list } = openTracker();
  await register(record(0, "a+b c"));
  await register(record(1, "kim"));
  assert.equal((await list("?user_id=a+b%20c")).length, 1);
  assert.equal((await list("?user_id=a%2Bb%20c&user_id=kim")).length, 1);
  assert.equal((await list("?x=1&user_id=kim")).length, 1);
  assert.equal((await list("?user_id=a+b+c")).length, 0);
  assert.equal((await list("?user_id")).length, 0);
  assert.equal((await list("?user_i=kim")).length, 2);
});

Deno.test("createTracker() trims ids and addresses and drops what is no address", async () => {
  const { register, list } = openTracker();
  const addrs = [
    " /ip4/1.2.3.4/tcp/1 ",
    "",
    "   ",
    "/a\nb",
    "/x".repeat(300),
    "/ip4/1.2.3.4/tcp/1",
  ];
  await register({ peer_id: `\t${PEER_IDS[0]}\n`, addrs });
  const [peer] = await list();
  assert.equal(peer?.peer_id, PEER_IDS[0]);
  assert.deepEqual(peer?.addrs, ["/ip4/1.2.3.4/tcp/1"]);
  await register({
    peer_id: PEER_IDS[0],
    addrs: Array.from({ length: MAX_PEER_ADDRS + 8 }, (_, i) => `/dns/${i}`),
  });
  assert.equal((await list())[0]?.addrs.length, MAX_PEER_ADDRS);
});

Deno.test("createTracker() refuses bad ids with the texts of the original", async () => {
  const { register, list } = openTracker();
  await assertText(await register({ peer_id: " ", addrs: [] }), 400, "peer_id required\n");
  await assertText(await register({ peer_id: "12D3Koo", addrs: [] }), 400, "invalid peer_id\n");
  assert.deepEqual(await list(), []);
});

Deno.test("createTracker() answers malformed JSON and wrong types with 400 and JSON", async () => {
  const { register } = openTracker();
  const id = PEER_IDS[0];
  const bad = [
    "",
    "{",
    "null",
    "[]",
    `{"peer_id":"${id}"}`,
    `{"peer_id":"${id}","addrs":"/ip4"}`,
    `{"peer_id":"${id}","addrs":[1]}`,
    `{"peer_id":"${id}","addrs":[],"meta":"kim"}`,
    `{"peer_id":"${id}","addrs":[],"meta":{"user_id":1}}`,
    `{"peer_id":1,"addrs":[]}`,
    JSON.stringify({ peer_id: id, addrs: [], meta: { user_id: "u".repeat(1_025) } }),
  ];
  for (const body of bad) {
    const response = await register(body);
    assert.equal(response.status, 400, body);
    const { error } = await response.json() as { error: unknown };
    assert.equal(typeof error, "string");
  }
});

Deno.test("createTracker() gives every error as JSON to who accepts that", async () => {
  const { send } = openTracker({ token: "t" });
  const headers = { accept: "application/json" };
  const refused = await send("GET", "/nowhere", { headers });
  assert.equal(refused.status, 401);
  assert.deepEqual(await refused.json(), { error: "unauthorized" });
  const lost = await send("GET", "/nowhere", { headers: { ...headers, "x-rustory-token": "t" } });
  assert.equal(lost.status, 404);
  assert.deepEqual(await lost.json(), { error: "not found" });
});

Deno.test("createTracker() knows no other method or path", async () => {
  const { send } = openTracker();
  for (
    const [method, path] of [
      ["GET", "/"],
      ["GET", "/api/v1/ping/"],
      ["POST", "/api/v1/ping"],
      ["GET", "/api/v1/peers/register"],
      ["PUT", "/api/v1/peers"],
      ["DELETE", "/api/v1/peers"],
      ["GET", "/api/v1/peers/x/y"],
    ] as const
  ) await assertText(await send(method, path), 404, "not found\n");
});

Deno.test("createTracker() checks the token first, on every path but /healthz", async () => {
  const { send } = openTracker({ token: " s3cret " });
  const ask = (headers: HeadersInit, path = "/api/v1/ping"): Promise<Response> =>
    send("GET", path, { headers });
  assert.equal((await ask({ authorization: "Bearer s3cret" })).status, 200);
  assert.equal((await ask({ authorization: "Bearer   s3cret  " })).status, 200);
  assert.equal((await ask({ "x-rustory-token": " s3cret " })).status, 200);
  assert.equal((await ask({ authorization: "Basic x", "x-rustory-token": "s3cret" })).status, 200);
  await assertText(await ask({}), 401, "unauthorized\n");
  await assertText(await ask({}, "/nowhere"), 401, "unauthorized\n");
  for (
    const headers of [
      { authorization: "bearer s3cret" },
      { authorization: "Bearer " },
      { authorization: "Bearer s3cre" },
      { authorization: "Bearer s3crets" },
      { authorization: "Bearer wrong", "x-rustory-token": "s3cret" },
    ]
  ) assert.equal((await ask(headers)).status, 401, JSON.stringify(headers));
  await assertText(await ask({}, "/healthz"), 200, "ok\n");
});

Deno.test("createTracker() refuses a blank token, a token no header can hold, and a bad TTL", () => {
  const clock = new FakeClock();
  assert.throws(() => createTracker({ token: " " }, { clock }), /blank/);
  assert.throws(() => createTracker({ token: "a\nb" }, { clock }), RangeError);
  for (const ttlSec of [0, -1, 1.5, NaN, 86_401]) {
    assert.throws(() => createTracker({ ttlSec }, { clock }), /'ttlSec' must be/);
  }
});

Deno.test("createTracker() answers a body above 64 KiB with 413, declared or not", async () => {
  const { register, send, list } = openTracker();
  const text = JSON.stringify({ peer_id: PEER_IDS[0], addrs: ["x".repeat(70_000)] });
  await assertText(await register(text), 413, "payload too large\n");
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => (pulled++, controller.enqueue(new Uint8Array(16_384).fill(32))),
  });
  const body = { body: endless, duplex: "half" } as RequestInit;
  const response = await send("POST", "/api/v1/peers/register", body);
  await assertText(response, 413, "payload too large\n");
  assert.ok(pulled < 10, `${pulled} parts were pulled`);
  assert.deepEqual(await list(), []);
});

Deno.test("createTracker() gives up a body that does not arrive in time", async () => {
  const { send, clock } = openTracker({ bodyDeadlineMs: 5_000 });
  let cancelled = false;
  const stuck = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array(1)),
    cancel: () => void (cancelled = true),
  });
  const body = { body: stuck, duplex: "half" } as RequestInit;
  const answer = send("POST", "/api/v1/peers/register", body);
  await clock.untilSleeping();
  await clock.advance(5_001);
  await assertText(await answer, 408, "request timeout\n");
  assert.ok(cancelled);
});

Deno.test("createTracker() withdraws a record, and an unknown one without complaint", async () => {
  const { register, send, list } = openTracker();
  await register(record(0));
  const path = `/api/v1/peers/${PEER_IDS[0]}`;
  assert.deepEqual(await (await send("DELETE", path)).json(), { ok: true, removed: true });
  assert.deepEqual(await (await send("DELETE", path)).json(), { ok: true, removed: false });
  assert.deepEqual(await list(), []);
  await assertText(await send("DELETE", "/api/v1/peers/xyz"), 400, "invalid peer_id\n");
});

Deno.test("createTracker() tells a client when it is full", async () => {
  const { register } = openTracker({ limits: { maxPeers: 2, maxPeersPerUser: 1 } });
  assert.equal((await register(record(0))).status, 200);
  assert.equal((await register(record(1))).status, 429);
  assert.equal((await register(record(1, "lee"))).status, 200);
  assert.equal((await register(record(2, "max"))).status, 503);
  assert.equal((await register(record(0))).status, 200, "who is there may renew");
});

Deno.test("createTracker() counts requests by route, never by a path from outside", async () => {
  const metrics = createMetrics();
  const tracker = createTracker({ token: "t" }, { clock: new FakeClock(), metrics });
  const headers = { authorization: "Bearer t" };
  const get = (path: string): Response | Promise<Response> =>
    tracker.fetch(new Request(`http://x${path}`, { headers }));
  await get("/api/v1/ping");
  await get("/one");
  await get("/two");
  await tracker.fetch(new Request("http://x/api/v1/ping"));
  const text = metrics.text();
  assert.match(text, /rr_tracker_requests_total\{route="\/api\/v1\/ping",status="200"\} 1\n/);
  assert.match(text, /rr_tracker_requests_total\{route="\/api\/v1\/ping",status="401"\} 1\n/);
  assert.match(text, /rr_tracker_requests_total\{route="other",status="404"\} 2\n/);
  assert.match(text, /rr_tracker_peers 0\n/);
});

Deno.test("createTracker() never fails on any body", async () => {
  const { register } = openTracker();
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.uint8Array().map((b) => String.fromCharCode(...b)),
  );
  await fc.assert(fc.asyncProperty(body, async (text) => {
    const { status } = await register(text);
    assert.equal(status, 400);
  }));
  const meta = fc.option(fc.record({ user_id: fc.option(fc.string()) }, { requiredKeys: [] }));
  const shaped = fc.record({
    peer_id: fc.constantFrom(...PEER_IDS),
    addrs: fc.array(fc.string()),
    meta,
  });
  await fc.assert(fc.asyncProperty(shaped, async (value) => {
    assert.equal((await register(value)).status, 200);
  }));
});

Deno.test("createTracker() asks for the token before it takes a record back", async () => {
  const { tracker, register, send } = openTracker({ token: "right" });
  await register(record(), { authorization: "Bearer right" });
  const gone = await send("DELETE", `/api/v1/peers/${PEER_IDS[0]}`);
  assert.equal(gone.status, 401);
  assert.equal(tracker.peerCount(), 1);
});

Deno.test("createTracker() compares the whole token", async () => {
  const token = "right";
  const first = await firstDigestByte(token);
  let wrong = 0;
  while (await firstDigestByte(`wrong${wrong}`) !== first) wrong++;
  const tracker = createTracker({ token }, { clock: new FakeClock() });
  const ask = async (given: string): Promise<number> => {
    const headers = { authorization: `Bearer ${given}` };
    return (await tracker.fetch(new Request("http://x/api/v1/ping", { headers }))).status;
  };
  assert.deepEqual([await ask(`wrong${wrong}`), await ask(token)], [401, 200]);
});

async function firstDigestByte(text: string): Promise<number> {
  const bytes = new TextEncoder().encode(text);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))[0]!;
}
