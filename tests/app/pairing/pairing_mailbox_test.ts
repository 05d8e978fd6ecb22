/** Pairing through trackers that drop, delay, repeat or alter what passes. */
import assert from "node:assert/strict";
import { pairAsGuest } from "../../../src/app/pairing/guest.ts";
import type { PairCard } from "../../../src/pair/card.ts";
import { parseCode } from "../../../src/pair/code.ts";
import {
  altering,
  CARD,
  deps,
  type Fault,
  lastByte,
  serveTracker,
  showCode,
  soon,
} from "../_pairing_lab.ts";

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
    const { host, guest } = await pairThrough(altering(slot, lastByte));
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
  await using tracker = serveTracker(fault);
  const shown = showCode(tracker.baseUrl);
  const code = parseCode(await shown.code);
  const guest = (async () => {
    const met = await pairAsGuest({ code, trackers: [], at: tracker.baseUrl }, deps, soon());
    const own = { ...CARD, deviceId: "desktop", swarmKey: undefined, outcome: "joined" } as const;
    await met.reply(own);
    return met.card;
  })();
  const [first, second] = await Promise.allSettled([shown.joined, guest]);
  return { host: first, guest: second };
}
