import assert from "node:assert/strict";
import { annsWorld, rr } from "./_run.ts";
import { NOW_UNIX, PEER, servePing, withPeers } from "./_devices.ts";

Deno.test("rr sync-status prints the original's lines", async () => {
  using world = annsWorld();
  await rr(world, "record", "--cmd", "one");
  await rr(world, "record", "--cmd", "two");
  withPeers(world);
  const { code, out, err } = await rr(world, "sync-status");
  assert.deepEqual([code, err], [0, ""]);
  assert.equal(
    out,
    `local ingest head: 2
local device id: laptop
peer=${PEER} pull_cursor=0 push_cursor=0 pending_push=2 last_seen_unix=1699999970 last_seen_age_sec=30
peer=http://old:1 pull_cursor=7 push_cursor=0 pending_push=2 last_seen_unix=- last_seen_age_sec=-
`,
  );
  const one = await rr(world, "sync-status", "--peer", "http://old:1");
  assert.equal(one.out.split("\n").length, 4);
  const none = await rr(world, "sync-status", "--peer", "nobody");
  assert.equal(none.code, 0);
  assert.match(none.out, /^peer sync state: no state for peer 'nobody'$/m);
});

Deno.test("rr sync-status --json has the original's keys in their order", async () => {
  using world = annsWorld();
  withPeers(world);
  const { out } = await rr(world, "sync-status", "--json");
  const report = JSON.parse(out);
  assert.deepEqual(Object.keys(report), ["local_head", "local_device_id", "peers"]);
  assert.deepEqual(Object.entries(report.peers[0]), [
    ["peer_id", PEER],
    ["pull_cursor", 0],
    ["push_cursor", 0],
    ["pending_push", 0],
    ["last_seen_unix", NOW_UNIX - 30],
    ["last_seen_age_sec", 30],
  ]);
  assert.equal(report.peers[1].last_seen_unix, null);
  assert.equal(report.peers[1].last_seen_age_sec, null);
});

Deno.test("rr sync-status --forget removes a peer that is gone, and only that", async () => {
  using world = annsWorld();
  withPeers(world);
  const { code, out, err } = await rr(world, "sync-status", "--forget", "http://old:1");
  assert.deepEqual([code, err], [0, "info: forgot peer http://old:1\n"]);
  assert.ok(out.includes(PEER) && !out.includes("http://old:1"), out);
  const again = await rr(world, "sync-status", "--forget", "http://old:1");
  assert.deepEqual([again.code, again.out], [1, ""]);
  assert.match(again.err, /it is not known\nhint: /);
});

Deno.test("rr sync-status --forget without a database creates none", async () => {
  using world = annsWorld();
  assert.equal((await rr(world, "sync-status", "--forget", PEER)).code, 1);
  assert.equal(world.files.stat(`${world.home}/.rustory`), undefined);
});

Deno.test("rr sync-status without a database says so and creates none", async () => {
  using world = annsWorld();
  const { code, out } = await rr(world, "sync-status");
  assert.equal(code, 0);
  assert.equal(
    out,
    "local ingest head: 0\nlocal device id: laptop\npeer sync state: (empty)\n",
  );
  assert.equal(world.files.stat(`${world.home}/.rustory`), undefined);
});

Deno.test("rr sync-status --with-tracker asks the trackers", async () => {
  await using tracker = servePing();
  using world = annsWorld({ env: { RUSTORY_TRACKERS: `${tracker.url},http://127.0.0.1:9` } });
  const { code, out } = await rr(world, "sync-status", "--with-tracker");
  assert.equal(code, 0);
  const lines = out.trim().split("\n").slice(-2);
  assert.match(lines[0]!, new RegExp(`^tracker=${tracker.url} reachable=true latency_ms=\\d+$`));
  assert.match(lines[1]!, /^tracker=http:\/\/127\.0\.0\.1:9 reachable=false latency_ms=- error=\S/);
  const json = JSON.parse((await rr(world, "sync-status", "--json", "--with-tracker")).out);
  assert.deepEqual(Object.keys(json.tracker_status[1]), [
    "base_url",
    "reachable",
    "latency_ms",
    "error",
  ]);
  world.setEnv("RUSTORY_TRACKERS", undefined);
  const none = await rr(world, "sync-status", "--with-tracker");
  assert.match(none.out, /^tracker status: \(none\)$/m);
});
