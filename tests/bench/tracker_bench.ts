/**
 * What a list costs a tracker that many devices use: `deno run tests/bench/tracker_bench.ts [devices]`.
 *
 * A list is asked for in turns of a registry with that many devices, three a swarm, and of one with a
 * single swarm, so that the ratio says whether it walks all records; once with what it keeps, once after
 * a change. Besides, a signed request as a device sends it, from its bytes to its answer, of which the
 * list is a part: the rest is the signature and HTTP, whatever the tracker holds.
 */
// deno-lint-ignore-file no-console -- it prints its figures
import assert from "node:assert/strict";
import { systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import { swarmAccess } from "../../src/app/session/swarm_access.ts";
import type { PeerId } from "../../src/swarm/peer.ts";
import { createTrackerClient } from "../../src/tracker/client/client.ts";
import { createTracker } from "../../src/tracker/server/handler.ts";
import { createSwarmClient, MET_NOBODY } from "../../src/tracker/client/swarm_client.ts";
import { SwarmRegistry } from "../../src/tracker/server/swarm_registry.ts";
import { identityFromSeed } from "../../src/net/keys/identity.ts";

const DEVICES = Number(Deno.args[0] ?? 100_000);
const PER_SWARM = 3;
const TURNS = 300;
/** As large as the sealed record of a device with some addresses. */
const SEALED = "x".repeat(700);
/** Longer than the bench takes: nobody renews. */
const TTL_SEC = 86_400;

const deps = { clock: systemClock(), random: systemRandom() };

const full = registryWith(DEVICES);
const small = registryWith(PER_SWARM);
const request = await signedRequest();
let change = 1;

const steps: Record<string, () => unknown> = {
  [`list kept, ${full.size} devices`]: () => full.listJson("s0"),
  [`list kept, ${small.size} devices`]: () => small.listJson("s0"),
  [`list after a change, ${full.size} devices`]: () => changed(full),
  [`list after a change, ${small.size} devices`]: () => changed(small),
  "signed request, from bytes to answer": request,
};
const times = new Map<string, number[]>(Object.keys(steps).map((name) => [name, []]));
for (let turn = 0; turn < TURNS; turn++) {
  for (const [name, step] of Object.entries(steps)) {
    const begun = performance.now();
    await step();
    times.get(name)!.push(performance.now() - begun);
  }
}

for (const [name, all] of times) {
  all.sort((a, b) => a - b);
  const at = (part: number): string => all[Math.floor(all.length * part)]!.toFixed(4);
  console.log(`${name.padEnd(40)} median ${at(0.5)} ms, p95 ${at(0.95)} ms`);
}

function registryWith(devices: number): SwarmRegistry {
  const registry = new SwarmRegistry(deps.clock, TTL_SEC);
  const swarms = Math.ceil(devices / PER_SWARM);
  for (let i = 0; i < devices; i++) registry.put(`s${i % swarms}`, `${i}`, SEALED, 1);
  return registry;
}

function changed(registry: SwarmRegistry): string {
  registry.put("s0", "0", SEALED, ++change);
  return registry.listJson("s0");
}

/** Asks a tracker, again and again, what a device of a swarm of three has asked once. */
async function signedRequest(): Promise<() => Promise<void>> {
  const tracker = createTracker({ ttlSec: TTL_SEC }, deps);
  const access = await swarmAccess(deps.random.bytes(32), MET_NOBODY);
  let last = new Request("http://t");
  const send: typeof fetch = async (url, init) => {
    last = new Request(url as string, init);
    return await tracker.fetch(last.clone());
  };
  const own = { ...deps, fetch: send };
  const place = { baseUrl: "http://t" };
  const client = createSwarmClient(place, createTrackerClient(place, own), access, own);
  for (let i = 0; i < PER_SWARM; i++) {
    const peer: PeerId = (await identityFromSeed(deps.random.bytes(32))).peer;
    const names = { deviceId: `d${i}`, userId: "kim", hostname: "d.example", version: "0.2.0" };
    await client.register({ peer, addrs: ["/ip4/192.0.2.1/tcp/8845"], ...names });
  }
  const isList = (one: Request): boolean => one.method === "GET" && one.url.includes("/swarms/");
  let list: Request | undefined;
  own.fetch = async (url, init) => {
    const answer = await send(url, init);
    if (isList(last)) list = last;
    return answer;
  };
  const asking = createSwarmClient(place, createTrackerClient(place, own), access, own);
  assert.equal((await asking.list("kim")).length, PER_SWARM);
  return async () => {
    const answer = await tracker.fetch(list!.clone());
    assert.equal(answer.status, 200);
    await answer.arrayBuffer();
  };
}
