/** Pairing through trackers that drop, delay, repeat or alter what passes. */
import assert from "node:assert/strict";
import { systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import { pairAsGuest } from "../../src/app/pairing/guest.ts";
import { pairAsHost } from "../../src/app/pairing/host.ts";
import type { PairCard } from "../../src/pair/card.ts";
import { parseCode } from "../../src/pair/code.ts";
import { createTracker } from "../../src/tracker/handler.ts";

const deps = { clock: systemClock(), random: systemRandom() };
const CARD: PairCard = {
  version: "0.2.0",
  deviceId: "laptop",
  userId: "kim",
  peer: "12D3KooWLaptop",
  addrs: [],
  trackers: [],
  trackerToken: undefined,
  relays: [],
  swarmKey: deps.random.bytes(32),
  outcome: undefined,
};

/** What happens to one request: handed on, or answered in another way. */
type Fault = (
  request: Request,
  handOn: (request: Request) => Promise<Response>,
) => Promise<Response>;

let count = 0;
test("one request in five and one answer in five get lost", async (request, handOn) => {
  const turn = ++count % 5;
  if (turn === 1) return new Response("busy", { status: 503 });
  const answer = await handOn(request);
  return turn === 3 ? new Response("lost", { status: 502 }) : answer;
});

test("everything arrives twice and late", async (request, handOn) => {
  await handOn(request.clone());
  await deps.clock.sleep(50);
  return await handOn(request);
});

for (const slot of ["hello", "answer", "offer", "reply"]) {
  alteredTest(slot);
}

function test(name: string, fault: Fault): void {
  Deno.test(`two machines pair through a tracker where ${name}`, async () => {
    const { host, guest } = await pairThrough(fault);
    assert.deepEqual(guest.status === "fulfilled" && guest.value.swarmKey, CARD.swarmKey);
    assert.equal(host.status === "fulfilled" && host.value.deviceId, "desktop");
  });
}

function alteredTest(slot: string): void {
  Deno.test(`a tracker that alters the ${slot} cannot make anybody believe anything`, async () => {
    const { host, guest } = await pairThrough(async (request, handOn) => {
      if (request.method !== "PUT" || !request.url.endsWith(slot)) return await handOn(request);
      const body = new Uint8Array(await request.arrayBuffer());
      body[body.length - 1]! ^= 1;
      return await handOn(
        new Request(request.url, { method: "PUT", headers: request.headers, body }),
      );
    });
    assert.equal(host.status, "rejected");
    assert.match(String(host.reason), /burnt/);
    // The last message is for the host alone.
    if (slot !== "reply") {
      assert.equal(guest.status, "rejected");
      assert.match(String(guest.reason), /burnt/);
    }
  });
}

async function pairThrough(fault: Fault): Promise<{
  host: PromiseSettledResult<PairCard>;
  guest: PromiseSettledResult<PairCard>;
}> {
  const tracker = createTracker({}, { clock: deps.clock });
  const handOn = async (request: Request): Promise<Response> => await tracker.fetch(request);
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  await using server = Deno.serve(options, (request) => fault(request, handOn));
  const baseUrl = `http://127.0.0.1:${server.addr.port}`;
  const over = AbortSignal.timeout(60_000);
  const { promise: shown, resolve: show } = Promise.withResolvers<string>();
  const host = pairAsHost(
    {
      gives: "host",
      trackers: [{ baseUrl }],
      card: CARD,
      onCode: (code) => show(code),
    },
    deps,
    over,
  ).then((it) => it.card);
  host.catch(() => {});
  const code = parseCode(await shown);
  const guest = (async () => {
    const met = await pairAsGuest({ code, trackers: [], at: baseUrl }, deps, over);
    const own = { ...CARD, deviceId: "desktop", swarmKey: undefined, outcome: "joined" } as const;
    await met.reply(own);
    return met.card;
  })();
  const [first, second] = await Promise.allSettled([host, guest]);
  return { host: first, guest: second };
}
