import assert from "node:assert/strict";
import { silentLogger } from "../../../src/base/log.ts";
import {
  bindingsOf,
  listenExactly,
  listenLate,
  listenOrElsewhere,
} from "../../../src/net/node/listen.ts";
import type { NodeEvent } from "../../../src/net/node/node_events.ts";

const IP4 = "/ip4/0.0.0.0/tcp/8845";
const IP6 = "/ip6/::/tcp/8845";
const VPN = "/ip4/10.9.9.9/tcp/8845";

/** A host that has what it has, and says what the system says of the rest. */
class FakeHost {
  readonly on: string[] = [];
  missing = new Set<string>();
  taken = new Set<string>();

  listen(addr: string, alsoIp4 = false): Promise<void> {
    if (this.missing.has(addr)) return Promise.reject(new Error("listen EADDRNOTAVAIL"));
    if (this.taken.has(addr)) return Promise.reject(new Error("listen EADDRINUSE"));
    this.on.push(alsoIp4 ? `${addr} and IPv4` : addr);
    return Promise.resolve();
  }

  listening(): string[] {
    return this.on;
  }
}

async function listen(
  host: FakeHost,
  ...addrs: string[]
): Promise<{ readonly late: readonly string[]; readonly events: readonly NodeEvent[] }> {
  const events: NodeEvent[] = [];
  const late = await listenOrElsewhere(addrs, host, silentLogger(), (e) => void events.push(e));
  return { late: late.map(({ addr }) => addr), events };
}

Deno.test("bindingsOf() takes one socket for both families where two cannot be had", () => {
  assert.deepEqual(bindingsOf([IP4, IP6, IP4], true), [{ addr: IP6, alsoIp4: true }]);
  assert.deepEqual(bindingsOf([IP6, VPN, IP4], true), [
    { addr: IP6, alsoIp4: true },
    { addr: VPN, alsoIp4: false },
  ]);
  assert.deepEqual(bindingsOf([IP4, IP6], false), [
    { addr: IP4, alsoIp4: false },
    { addr: IP6, alsoIp4: false },
  ]);
  const ports = ["/ip4/0.0.0.0/tcp/1", "/ip6/::/tcp/2"];
  assert.deepEqual(bindingsOf(ports, true).map(({ addr }) => addr), ports);
});

Deno.test("listenOrElsewhere() goes without IPv6 where there is none", async () => {
  const host = new FakeHost();
  host.missing.add(IP6);
  const { late, events } = await listen(host, IP4, IP6);
  assert.deepEqual([host.on, late, events], [[IP4], [], []]);
  const relay = new FakeHost();
  relay.missing.add(IP6);
  await listenExactly([IP4, IP6], relay);
  assert.deepEqual(relay.on, [IP4]);
});

Deno.test("listenOrElsewhere() gives what is not there yet, and listenLate() takes it later", async () => {
  const host = new FakeHost();
  host.missing.add(VPN);
  const { late, events } = await listen(host, VPN, IP4);
  assert.deepEqual(late, [VPN]);
  assert.deepEqual(events, [{ type: "address-missing", wanted: VPN }]);
  const binding = { addr: VPN, alsoIp4: false };
  assert.deepEqual(await listenLate([binding], host), [binding]);
  host.missing.clear();
  assert.deepEqual(await listenLate([binding], host), []);
  assert.deepEqual(host.on, [IP4, VPN]);
});

Deno.test("listenOrElsewhere() takes a free port for both families where the wanted one is taken", async () => {
  const host = new FakeHost();
  host.taken.add(IP4).add(IP6);
  const { events } = await listen(host, IP4, IP6);
  assert.ok(host.on.every((addr) => addr.includes("/tcp/0")));
  assert.ok(events.length > 0 && events.every((event) => event.type === "port-taken"));
});
