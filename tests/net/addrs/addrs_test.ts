import { multiaddr } from "@multiformats/multiaddr";
import fc from "fast-check";
import assert from "node:assert/strict";
import { RrError } from "../../../src/base/rr_error.ts";
import {
  addressesToAnnounce,
  candidatesOf,
  isTransport,
  MAX_ANNOUNCED,
  MAX_CANDIDATES,
  parsePeerAddr,
  parseRelayAddr,
  withAnyPort,
} from "../../../src/net/addrs/addrs.ts";
import { bridgeAddresses } from "../../../src/net/addrs/bridges.ts";
import { sameNetwork } from "../../../src/net/addrs/ip_host.ts";
import { parsePeerId } from "../../../src/swarm/peer_id.ts";

const PEER = parsePeerId("12D3KooWA4Xop1JaT3MHxwYMkCepYsv4iPVopMXwCz5iHYdBfeSB")!;
const RELAY = parsePeerId("12D3KooWS6cp9PAunnCEgF3962VppT6HnjjAF6pvtWx3qQvv216b")!;
const RELAY_ADDR = `/dns4/relay.example/tcp/4001/p2p/${RELAY}`;

Deno.test("parseRelayAddr() splits address and id", () => {
  assert.deepEqual(parseRelayAddr(` ${RELAY_ADDR}\n`), {
    text: RELAY_ADDR,
    transport: "/dns4/relay.example/tcp/4001",
    relay: RELAY,
  });
});

Deno.test("parseRelayAddr() refuses an address without id, with a circuit, or not TCP", () => {
  const wrong = [
    "",
    "/dns4/relay.example/tcp/4001",
    `/p2p/${RELAY}`,
    `${RELAY_ADDR}/p2p-circuit/p2p/${PEER}`,
    `/ip4/192.0.2.1/udp/4001/quic-v1/p2p/${RELAY}`,
    `/ip4/192.0.2.1/tcp/65536/p2p/${RELAY}`,
    `/ip4/192.0.2.1/tcp/4001/ws/p2p/${RELAY}`,
    "/dns4/relay.example/tcp/4001/p2p/Qmfoo",
  ];
  for (const text of wrong) {
    assert.throws(() => parseRelayAddr(text), (error) => {
      return error instanceof RrError && error.code === "config" && error.hint !== undefined;
    }, text);
  }
});

Deno.test("parsePeerAddr() tells direct addresses from those through a relay", () => {
  const direct = parsePeerAddr(`/ip6/2001:db8::1/tcp/8845/p2p/${PEER}`);
  assert.deepEqual(direct, {
    peer: PEER,
    transport: "/ip6/2001:db8::1/tcp/8845",
    via: undefined,
  });
  const relayed = parsePeerAddr(`${RELAY_ADDR}/p2p-circuit/p2p/${PEER}`);
  assert.equal(relayed?.peer, PEER);
  assert.equal(relayed?.via?.relay, RELAY);
  // No relay is reached through another one.
  const circuit = `${RELAY_ADDR}/p2p-circuit/p2p/${PEER}`;
  assert.equal(parsePeerAddr(`${circuit}/p2p-circuit/p2p/${PEER}`), undefined);
});

Deno.test("parsePeerAddr() takes only what libp2p can read", () => {
  const part = fc.constantFrom(
    ...["ip4", "ip6", "dns4", "tcp", "p2p", "p2p-circuit", "127.0.0.1", "::1", "a.example", "1"],
    ...[PEER, RELAY, "", "..", "0", "99999"],
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 10 }), (parts) => {
      const text = `/${parts.join("/")}`;
      const addr = parsePeerAddr(text);
      if (addr) assert.equal(multiaddr(text).getComponents().at(-1)?.value, addr.peer);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("isTransport() refuses what is not TCP", () => {
  for (
    const text of ["/ip4/1.2.3.4/tcp/1", "/dnsaddr/x.example", "/ip6zone/eth0/ip6/fe80::1/tcp/1"]
  ) {
    assert.ok(isTransport(text), text);
  }
  for (
    const text of ["/ip4/1.2.3.4/udp/1", "/ip4/1.2.3.4", `/dns4/${"x".repeat(600)}/tcp/1`, ""]
      .concat(
        ["/ip4/1/tcp/1", "/ip4/1.2.3.256/tcp/1", "/ip4/01.2.3.4/tcp/1", "/ip6/1.2.3.4/tcp/1"],
        ["/ip6/:::/tcp/1", "/ip6/12345::/tcp/1", "/ip6/fe80::1%eth0/tcp/1"],
      )
  ) {
    assert.ok(!isTransport(text), text);
  }
});

Deno.test("candidatesOf() keeps what can be dialled, once", () => {
  const found = candidatesOf(PEER, [
    `/ip4/192.0.2.1/tcp/1/p2p/${PEER}`,
    "/ip4/192.0.2.1/tcp/1",
    " /dns4/host.example/tcp/2 ",
    "/ip4/0.0.0.0/tcp/3",
    "/ip6/::/tcp/3",
    `/ip4/192.0.2.2/tcp/4/p2p/${RELAY}`,
    `${RELAY_ADDR}/p2p-circuit/p2p/${PEER}`,
    `${RELAY_ADDR}/p2p-circuit`,
    "nonsense",
    "/ip4/192.0.2.3/tcp/5",
  ], { own: ["/ip4/192.0.2.3/tcp/5"] });
  assert.deepEqual([...found.direct].sort(), [
    "/dns4/host.example/tcp/2",
    "/ip4/192.0.2.1/tcp/1",
  ]);
  assert.deepEqual(found.relays.map((relay) => relay.text), [RELAY_ADDR]);
});

Deno.test("candidatesOf() puts the own network first and loopback last", () => {
  const addrs = [
    "/ip4/127.0.0.1/tcp/1",
    "/ip4/10.9.9.9/tcp/1",
    "/ip4/203.0.113.7/tcp/1",
    "/ip4/192.168.1.7/tcp/1",
  ];
  const own = ["/ip4/192.168.1.3/tcp/8845"];
  assert.deepEqual(candidatesOf(PEER, addrs, { own }).direct, [
    "/ip4/192.168.1.7/tcp/1",
    "/ip4/203.0.113.7/tcp/1",
    "/ip4/10.9.9.9/tcp/1",
    "/ip4/127.0.0.1/tcp/1",
  ]);
});

Deno.test("candidatesOf() knows IPv6 networks", () => {
  const addrs = ["/ip6/2001:db8:0:2::9/tcp/1", "/ip6/2001:db8::1:9/tcp/1"];
  const own = ["/ip6/2001:db8:0:0:5::1/tcp/1"];
  assert.deepEqual(candidatesOf(PEER, addrs, { own }).direct, addrs.toReversed());
});

Deno.test("candidatesOf() bounds what one peer can make us dial", () => {
  const addrs = Array.from({ length: 100 }, (_, i) => `/ip4/192.0.2.${i}/tcp/1`);
  const circuits = Array.from(
    { length: 100 },
    (_, i) => `/ip4/192.0.2.${i}/tcp/1/p2p/${RELAY}/p2p-circuit`,
  );
  const found = candidatesOf(PEER, [...addrs, ...circuits]);
  assert.equal(found.direct.length, MAX_CANDIDATES);
  assert.equal(found.relays.length, MAX_CANDIDATES);
});

Deno.test("addressesToAnnounce() leaves out what nobody else can dial", () => {
  assert.deepEqual(
    addressesToAnnounce([
      "/ip4/127.0.0.1/tcp/1",
      "/ip6/::1/tcp/1",
      "/ip4/0.0.0.0/tcp/1",
      "/ip4/169.254.3.4/tcp/1",
      "/ip6/fe80::1/tcp/1",
      "/ip4/192.168.1.3/tcp/1",
      "/ip4/192.168.1.3/tcp/1",
      "/ip4/203.0.113.7/tcp/1",
    ]),
    ["/ip4/203.0.113.7/tcp/1", "/ip4/192.168.1.3/tcp/1"],
  );
});

Deno.test("addressesToAnnounce() announces loopback where there is nothing else", () => {
  const circuit = `/ip4/127.0.0.1/tcp/2/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`;
  assert.deepEqual(addressesToAnnounce(["/ip4/127.0.0.1/tcp/1", circuit]), [
    "/ip4/127.0.0.1/tcp/1",
    circuit,
  ]);
  assert.deepEqual(addressesToAnnounce([circuit]), [circuit]);
  assert.deepEqual(addressesToAnnounce(["/ip4/192.168.1.3/tcp/1", circuit]), [
    "/ip4/192.168.1.3/tcp/1",
  ]);
});

Deno.test("addressesToAnnounce() announces the bridges of containers where there is nothing else", () => {
  const bridges = new Set(["172.17.0.1", "fd00::1"]);
  const own = ["/ip4/172.17.0.1/tcp/1", "/ip6/fd00::1/tcp/1", "/ip4/127.0.0.1/tcp/1"];
  assert.deepEqual(addressesToAnnounce([...own, "/ip4/172.17.0.2/tcp/1"], bridges), [
    "/ip4/172.17.0.2/tcp/1",
  ]);
  assert.deepEqual(addressesToAnnounce(own, bridges), own.slice(0, 2));
});

Deno.test("bridgeAddresses() knows the networks inside of a machine by their names", () => {
  const all = {
    lo: [{ address: "127.0.0.1" }],
    eth0: [{ address: "192.168.1.3" }],
    "br-lan": [{ address: "192.168.2.1" }],
    br0: [{ address: "192.168.3.1" }],
    bridge0: [{ address: "192.168.4.1" }],
    tailscale0: [{ address: "100.64.0.1" }],
    docker0: [{ address: "172.17.0.1" }, { address: "fe80::42" }],
    "br-0123456789ab": [{ address: "172.18.0.1" }],
    virbr0: [{ address: "192.168.122.1" }],
    bridge100: [{ address: "192.168.64.1" }],
    gone: undefined,
  };
  const expected = ["172.17.0.1", "fe80::42", "172.18.0.1", "192.168.122.1", "192.168.64.1"];
  assert.deepEqual([...bridgeAddresses(all)], expected);
  assert.ok(bridgeAddresses() instanceof Set);
});

Deno.test("addressesToAnnounce() stays short enough for an identify message and keeps the relays", () => {
  const direct = Array.from({ length: 30 }, (_, i) => `/ip4/192.168.0.${i}/tcp/8845/p2p/${PEER}`);
  const circuits = Array.from(
    { length: 3 },
    (_, i) =>
      `/dns4/relay${i}.${
        "long-name.".repeat(5)
      }example/tcp/4001/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`,
  );
  const announced = addressesToAnnounce([...direct, ...circuits]);
  assert.equal(announced.length, MAX_ANNOUNCED);
  assert.deepEqual(announced.slice(-3), circuits);
  const bytes = announced.reduce((sum, addr) => sum + multiaddr(addr).bytes.length + 4, 0);
  assert.ok(2 * bytes + 1_000 < 4_096, `${bytes}`);
});

Deno.test("addressesToAnnounce() gives relays no more than half of the room, if all is needed", () => {
  const direct = Array.from({ length: 6 }, (_, i) => `/ip4/192.0.2.${i}/tcp/1`);
  const circuits = Array.from(
    { length: 6 },
    (_, i) => `/ip4/198.51.100.${i}/tcp/2/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`,
  );
  const half = MAX_ANNOUNCED / 2;
  assert.deepEqual(addressesToAnnounce([...circuits, ...direct]), [
    ...direct.slice(0, half),
    ...circuits.slice(0, half),
  ]);
  assert.deepEqual(addressesToAnnounce([...circuits, direct[0]!]), [direct[0], ...circuits]);
});

Deno.test("sameNetwork() reads IPv6 addresses however their zeros are written", () => {
  for (const other of ["2001:0db8:0000:0001::9", "2001:DB8:0:1:2:3:4:5"]) {
    assert.equal(sameNetwork("2001:db8:0:1::5", other), true, other);
  }
  for (const other of ["2001:db8:0:2::5", "2001:db8::1:0:0:5", "192.0.2.1", "host.example"]) {
    assert.equal(sameNetwork("2001:db8:0:1::5", other), false, other);
    assert.equal(sameNetwork(other, "2001:db8:0:1::5"), false, other);
  }
});

Deno.test("withAnyPort() changes the port alone", () => {
  assert.equal(withAnyPort("/ip4/0.0.0.0/tcp/8845"), "/ip4/0.0.0.0/tcp/0");
});

Deno.test("candidatesOf() tries bridges last, also those that look like a network of ours", () => {
  const bridges = [
    ...Array.from({ length: 15 }, (_, i) => `/ip4/172.${17 + i}.0.1/tcp/1`),
    ...[16, 32, 48, 64].map((n) => `/ip4/192.168.${n}.1/tcp/1`),
  ];
  const addrs = [
    ...bridges,
    "/ip4/192.168.122.1/tcp/1",
    "/ip4/10.9.8.7/tcp/1",
    "/ip4/192.168.1.20/tcp/1",
  ];
  const own = ["/ip4/172.17.0.1/tcp/1", "/ip4/192.168.1.7/tcp/1"];
  const options = { own, bridges: new Set(["172.17.0.1"]) };
  const { direct } = candidatesOf(PEER, addrs, options);
  assert.deepEqual(direct.slice(0, 2), ["/ip4/192.168.1.20/tcp/1", "/ip4/10.9.8.7/tcp/1"]);
});

Deno.test("candidatesOf() gives all of many addresses their turn", () => {
  const addrs = Array.from({ length: 60 }, (_, i) => `/ip4/10.1.${i}.9/tcp/1`);
  const tried = [0, 1, 2, 3].flatMap((round) => candidatesOf(PEER, addrs, { round }).direct);
  assert.deepEqual(new Set(tried), new Set(addrs));
  assert.equal(tried.length, 4 * 16);
});
