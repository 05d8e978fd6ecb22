/**
 * What the network costs: pulls over a real link against the same bytes encoded and decoded in place.
 *
 *     deno run --allow-net=127.0.0.1 --allow-sys --allow-env --allow-read tests/bench/link_bench.ts [entries]
 *
 * Both ends are in this process, on loopback, under a swarm key; the ways take turns and the medians
 * are printed.
 */
import { systemClock } from "../../src/base/clock.ts";
import { silentLogger } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import type { Entry } from "../../src/history/entry.ts";
import { servePeers } from "../../src/net/exchange/accept.ts";
import { parseRelayAddr } from "../../src/net/addrs/addrs.ts";
import { createDialer } from "../../src/net/dial/dial.ts";
import { createIdentity } from "../../src/net/keys/identity.ts";
import type { Node } from "../../src/net/node/node.ts";
import { startNode } from "../../src/net/node/start_node.ts";
import { startRelay } from "../../src/net/relay/relay.ts";
import type { PeerLink, PeerService } from "../../src/sync/ports.ts";
import { decodePullReply, encodePullReply } from "../../src/wire/codec.ts";

const ROUNDS = 9;
const ROUND_TRIPS = 50;
const count = Number(Deno.args[0] ?? 5_000);

const deps = { logger: silentLogger(), clock: systemClock(), random: systemRandom() };
const swarmKey = deps.random.bytes(32);
const listen = ["/ip4/127.0.0.1/tcp/0"];
const entries = Array.from({ length: count }, (_, i) => entryOf(i));
const service: PeerService = {
  pull: ({ limit }) =>
    Promise.resolve(
      limit === 0 ? { entries: [], nextCursor: null } : { entries, nextCursor: entries.length },
    ),
  push: () => Promise.resolve({ ok: true, inserted: 0, ignored: 0 }),
};

await using relay = await startRelay({ identity: await createIdentity(), swarmKey, listen }, deps);
const relays = [parseRelayAddr(relay.listening()[0]!)];
await using direct = await server({ listen });
await using relayed = await server({ relays });
await reserved(relayed);
await using client = await startNode({ identity: await createIdentity(), swarmKey, relays }, deps);
const dialer = createDialer({ node: client, ...deps });

const ways: Record<string, () => Promise<void>> = {
  "in place": () => {
    decodePullReply(encodePullReply({ entries, nextCursor: count }, true), true);
    return Promise.resolve();
  },
  "direct": await pulling(direct),
  "relayed": await pulling(relayed),
};
const times = await interleaved(ways);
const base = times["in place"]!;
for (const [way, ms] of Object.entries(times)) {
  const rate = Math.round(count / ms * 1000).toLocaleString("en");
  print(
    `pull of ${count} entries, ${way}: ${ms.toFixed(1)} ms, ${rate}/s, ${(ms / base).toFixed(2)}x`,
  );
}
const trips = await interleaved({
  "direct": await asking(direct),
  "relayed": await asking(relayed),
});
for (const [way, ms] of Object.entries(trips)) {
  const ratio = ms / trips["direct"]!;
  print(`empty pull, ${way}: ${(ms / ROUND_TRIPS).toFixed(2)} ms, ${ratio.toFixed(2)}x`);
}

async function server(options: { listen?: string[]; relays?: typeof relays }): Promise<Node> {
  const node = await startNode({ identity: await createIdentity(), swarmKey, ...options }, deps);
  await servePeers(node, service, deps);
  return node;
}

async function reserved(node: Node): Promise<void> {
  if (node.reservations().length > 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  using _subscription = node.onEvent((event) => event.type === "reserved" && resolve());
  await promise;
}

function linkTo(node: Node): Promise<PeerLink> {
  return dialer.connect({
    peer: node.peer,
    addrs: node.addresses(),
    deviceId: undefined,
    userId: undefined,
    hostname: undefined,
    lastSeenUnix: 0,
  });
}

async function pulling(node: Node): Promise<() => Promise<void>> {
  const link = await linkTo(node);
  return async () => void await link.pull({ cursor: 0, limit: count });
}

async function asking(node: Node): Promise<() => Promise<void>> {
  const link = await linkTo(node);
  return async () => {
    for (let i = 0; i < ROUND_TRIPS; i++) await link.pull({ cursor: 0, limit: 0 });
  };
}

async function interleaved(
  ways: Record<string, () => Promise<void>>,
): Promise<Record<string, number>> {
  const times: Record<string, number[]> = {};
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [way, run] of Object.entries(ways)) {
      const start = performance.now();
      await run();
      if (round > 0) (times[way] ??= []).push(performance.now() - start); // the first warms up
    }
  }
  return Object.fromEntries(
    Object.entries(times).map(([way, all]) => [way, all.sort((a, b) => a - b)[ROUNDS >> 1]!]),
  );
}

function entryOf(i: number): Entry {
  return {
    id: crypto.randomUUID() as Entry["id"],
    deviceId: "laptop" as Entry["deviceId"],
    userId: "kim",
    startedAtMs: 1_700_000_000_000 + i * 1000,
    command: `git commit -m "step ${i}" && make -C build-${i % 97} target-${crypto.randomUUID()}`,
    cwd: `/home/kim/src/project-${i % 31}`,
    exitCode: i % 7 === 0 ? 1 : 0,
    durationMs: i % 10_000,
    shell: "zsh",
    hostname: "laptop",
    version: "0.1.0",
  };
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
