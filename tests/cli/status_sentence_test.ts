import assert from "node:assert/strict";
import type { DaemonStatus } from "../../src/app/daemon_status.ts";
import { sentenceOf } from "../../src/cli/commands/status/sentence.ts";

type PeerView = DaemonStatus["peers"][number];

function said(peers: readonly Partial<PeerView>[], problems: readonly string[] = []): string {
  const whole = peers.map((peer) => ({
    peer_id: "12D3KooW",
    device_id: null,
    hostname: null,
    failures: 0,
    last_sync_unix: 1,
    pending_push: 0,
    ...peer,
  }));
  return sentenceOf({ peers: whole, problems, last_round_unix: 1 } as unknown as DaemonStatus);
}

Deno.test("sentenceOf() says first what a person has to know", () => {
  assert.equal(said([]), "No other device is known yet: `rr pair` brings one in");
  assert.equal(said([{}, {}]), "In sync with 2 of 2");
  assert.equal(said([{ last_sync_unix: null }]), "In sync with 0 of 1");
  assert.equal(
    said([{}, { device_id: "desktop", pending_push: 1200 }]),
    "In sync with 1 of 2; desktop still lacks 1,200 commands of ours",
  );
  assert.equal(
    said([{}, { device_id: "desktop", failures: 2 }]),
    "In sync with 1 of 2; not reached: desktop (switched off? if not, `rr doctor`)",
  );
  assert.equal(said([{}], ["Cannot listen"]), "Cannot listen");
});
