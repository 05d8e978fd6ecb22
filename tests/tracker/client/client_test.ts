import assert from "node:assert/strict";
import fc from "fast-check";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "../../../src/base/clock.ts";
import { RrError } from "../../../src/base/rr_error.ts";
import { serveHttp } from "../../../src/process/http_serve.ts";
import { createTrackerClient, type TrackerClient } from "../../../src/tracker/client/client.ts";
import { MAX_REPLY_BYTES, parsePeers } from "../../../src/tracker/messages.ts";
import { serveTracker } from "../../../src/tracker/server/server.ts";
import { PEER_IDS, testDirectory } from "../../contracts/directory.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { RecordingLogger } from "../../fakes/recording_logger.ts";
import { seededRandom } from "../../fakes/seeded_random.ts";

const OWN = {
  peer: PEER_IDS[0],
  addrs: ["/ip4/192.0.2.7/tcp/8845"],
  deviceId: "laptop",
  userId: "kim",
  hostname: "host",
  version: "0.1.0",
};
/** Waits not at all: the pauses between tries are told to {@linkcode pauses}. */
const pauses: number[] = [];
const HASTY = {
  ...systemClock(),
  sleep: (ms: number, signal?: AbortSignal): Promise<void> => {
    if (ms <= 250) return Promise.resolve(void pauses.push(ms));
    return systemClock().sleep(ms, signal);
  },
};
const DEPS = { clock: HASTY, random: seededRandom() };

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

interface Fake extends AsyncDisposable {
  readonly client: TrackerClient;
  readonly requests: IncomingMessage[];
  readonly logger: RecordingLogger;
  readonly url: string;
}

/** A tracker that answers as the test says. */
async function openFake(
  answer: (response: ServerResponse, request: IncomingMessage) => void,
): Promise<Fake> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    request.resume();
    answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const logger = new RecordingLogger();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    client: createTrackerClient({ baseUrl: url }, { ...DEPS, logger }),
    requests,
    logger,
    url,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refusesWith(pattern: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof RrError, String(error));
    assert.equal(error.code, "network");
    assert.match(error.message, pattern);
    return true;
  };
}

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
    refusesWith(/Cannot ping at tracker http:\/\/[\d.:]+: .*(refused|ECONNREFUSED)/),
  );
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
  await assert.rejects(fake.client.list("kim"), refusesWith(/more than \d+ bytes/));
  assert.ok(sent * 2 ** 20 < 9 * MAX_REPLY_BYTES, `${sent} MiB were taken`);
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
  assert.equal(event?.fields.rejected, 3);
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

Deno.test("parsePeers() gives only records that keep the rules, whatever was sent", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...PEER_IDS));
  const peer = fc.record({
    peer_id: text,
    addrs: fc.oneof(fc.array(text), fc.anything()),
    meta: fc.oneof(fc.record({ user_id: text, device_id: text }), fc.anything()),
    last_seen_unix: fc.oneof(fc.integer(), fc.double(), fc.anything()),
  });
  fc.assert(fc.property(fc.array(fc.oneof(peer, fc.anything())), (peers) => {
    const json = JSON.stringify({ peers }, (_, value) => typeof value === "bigint" ? 0 : value);
    const read = parsePeers(new TextEncoder().encode(json), 1_000);
    for (const one of read.peers) {
      assert.ok(PEER_IDS.includes(one.peer) || one.peer.startsWith("12D3"), one.peer);
      assert.ok(Number.isInteger(one.lastSeenUnix) && one.lastSeenUnix <= 1_000);
      assert.ok(one.addrs.length <= 32 && one.addrs.every((addr) => /^[^\s\p{C}]+$/u.test(addr)));
      for (const label of [one.userId, one.deviceId, one.hostname]) {
        assert.ok(label === undefined || (label.isWellFormed() && !/\p{Cc}/u.test(label)));
      }
    }
  }));
});
