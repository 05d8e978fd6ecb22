import assert from "node:assert/strict";
import type {
  DaemonStatus,
  IncidentView,
  PeerView,
} from "../../src/app/daemon/status/daemon_status.ts";
import { peerLines } from "../../src/cli/commands/status/peer_lines.ts";
import { sentenceOf } from "../../src/cli/commands/status/sentence.ts";
import { incidentSentence } from "../../src/cli/print/incident_text.ts";
import { peerView } from "../fakes/peer_view.ts";

function said(peers: readonly Partial<PeerView>[], rest: Partial<DaemonStatus> = {}): string {
  return sentenceOf({ peers: peers.map(peerView), problems: [], last_round_unix: 1, ...rest });
}

const DESKTOP = { device_id: "desktop" };

Deno.test("sentenceOf() says first what a person has to know", () => {
  assert.equal(said([]), "No other device is known yet: `rr pair` brings one in");
  const tracker = { url: "http://hub:8850", error: "it answered 500", answered: true, others: 0 };
  assert.equal(
    said([], { trackers: [tracker] }),
    "No other device is known yet, and the tracker http://hub:8850 cannot be asked: " +
      "`rr doctor` says what to do",
  );
  assert.match(said([], { trackers: [{ ...tracker, error: null }] }), /`rr pair` brings one in$/);
  const office = Array.from({ length: 40 }, (_, i) => `192.0.2.${i}`);
  assert.equal(
    said([], { lan_strangers: office }),
    "No other device is known yet, but 192.0.2.0, 192.0.2.1, 192.0.2.2 and others on this network " +
      "have another swarm key: `rr pair` gives both the same",
  );
  assert.equal(said([{}, {}]), "In sync with 2 of 2");
  assert.equal(said([{ equal: true, pending_push: 3 }]), "In sync with 1 of 1");
  assert.equal(said([{ last_sync_unix: null }]), "In sync with 0 of 1");
  assert.equal(
    said([{}, { ...DESKTOP, ahead: 1200 }]),
    "In sync with 1 of 2; desktop is 1,200 commands behind until it is there again",
  );
  assert.equal(
    said([{}, { ...DESKTOP, route: "direct", behind: 1 }]),
    "In sync with 1 of 2; this device is 1 command behind desktop",
  );
  assert.equal(
    said([{}, { ...DESKTOP, failures: 2 }]),
    "In sync with 1 of 2; not reached: desktop (switched off? if not, `rr doctor`)",
  );
  assert.equal(said([{}], { problems: ["Cannot listen"] }), "Cannot listen");
  assert.equal(
    said([{}], { needs_restart: ["log_level"] }),
    "In sync with 1 of 1; a restart of the daemon puts log_level into force",
  );
});

Deno.test("sentenceOf() names no transfer that is over, and nobody behind who has the same", () => {
  const over = { ...DESKTOP, route: "direct", given: 1200, ahead: 0 } as const;
  assert.equal(said([over]), "In sync with 1 of 1");
  const equal = { ...DESKTOP, equal: true, ahead: 3 };
  assert.equal(said([equal, { failures: 1, device_id: "tablet" }]).split(";")[1], NOT_REACHED);
});

const NOT_REACHED = " not reached: tablet (switched off? if not, `rr doctor`)";

Deno.test("sentenceOf() shows how far a large transfer is, either way", () => {
  assert.equal(
    said([{ ...DESKTOP, route: "relayed", ahead: 1200, given: 800 }]),
    "desktop is 1,200 commands behind [####      ] 40 %, relayed",
  );
  assert.equal(
    said([{ ...DESKTOP, route: "direct", behind: 300, arrived: 100 }], { last_round_unix: null }),
    "This device is 300 commands behind desktop [###       ] 25 %, direct",
  );
  assert.equal(
    said([{ ...DESKTOP, route: "direct", behind: null, arrived: 12_000 }]),
    "12,000 commands have come from desktop so far, direct",
    "version 1 does not tell how much there is",
  );
  assert.equal(
    said([{ ...DESKTOP, route: "direct", behind: null, arrived: 1 }]),
    "1 command has come from desktop so far, direct",
  );
});

Deno.test("sentenceOf() tells who is there but has another key", () => {
  assert.match(
    said([], { lan_strangers: ["192.168.1.20"] }),
    /192\.168\.1\.20 .* another swarm key/,
  );
  const trackers = [{ url: "http://t", error: null, answered: true, others: 2 }];
  assert.match(said([], { trackers }), /http:\/\/t has devices with another swarm key: `rr pair`/);
});

Deno.test("sentenceOf() and peerLines() do with what an older daemon tells", () => {
  const { behind: _b, arrived: _a, ahead: _h, given: _g, ...old } = peerView({ pending_push: 2 });
  const peers = [old as PeerView];
  assert.match(sentenceOf({ peers, last_round_unix: 1 }), /is 2 commands behind/);
  assert.match(peerLines(peers, 10)[0]!, /2 to send/);
});

Deno.test("peerLines() gives a line a device: name, route, when seen, how far apart", () => {
  const lines = peerLines(
    [
      peerView({ ...DESKTOP, route: "direct", equal: true, protocol: 2 }),
      peerView({ device_id: "tablet", last_seen_unix: 40, ahead: 1200, retry_in_sec: 61 }),
      peerView({ device_id: "nas", route: "relayed", behind: 60, arrived: 40, ahead: 9, given: 1 }),
      peerView({ device_id: "old", route: "direct", protocol: 1 }),
    ],
    100,
  );
  assert.deepEqual(lines, [
    "  desktop  direct         seen now        has the same",
    "  tablet   not connected  seen 1 min ago  1,200 to send, next try in 1 min 1 s",
    "  nas      relayed        seen now        60 to come [####      ] 40 %, 9 to send [#         ] 10 %",
    "  old      direct         seen now        nothing to send, protocol 1: learns no deletions",
  ]);
});

Deno.test("incidentSentence() has words for everything that happens to a history", () => {
  const base = { at_unix: 1, healed_unix: 2, count: 1200, peer_id: "p", name: "desktop" };
  const text = (change: Partial<IncidentView>): string =>
    incidentSentence({ kind: "returned", ...base, ...change }, (unix) => `day ${unix}`);
  assert.equal(
    text({}),
    "day 1: the others had 1,200 commands of this device that it had not: it had lost them and has " +
      "them back (a history made anew, restored, rolled back or copied), or another machine has its " +
      "device_id; whole again since day 2",
  );
  const namesake = text({ kind: "namesake", name: "laptop", healed_unix: null });
  assert.equal(
    namesake,
    'day 1: another machine (p) records as "laptop" like this one, so 1,200 commands of it look ' +
      "like this one's; on one of the two, say `rr config set device_id <name>`",
  );
  assert.match(text({ kind: "namesake" }), /; apart since day 2$/);
  assert.match(
    text({ kind: "file-lost", name: "has been replaced" }),
    /file of this device has been/,
  );
  assert.match(text({ kind: "peer-replaced" }), /history of desktop is another one/);
  assert.match(text({ kind: "contradiction" }), /that of desktop should have been equal/);
  assert.match(text({ kind: "cloned", healed_unix: null }), /rr init --new-identity/);
  assert.match(text({ kind: "file-lost", healed_unix: null }), /not yet seen equal/);
});
