/** What `rr status` prints of what a daemon tells. */
import assert from "node:assert/strict";
import type { DaemonStatus } from "../../src/app/daemon/status/daemon_status.ts";
import { silentLogger } from "../../src/base/log.ts";
import { serveControl } from "../../src/control/server.ts";
import { controlSocketPath } from "../../src/control/socket_path.ts";
import { peerView } from "../fakes/peer_view.ts";
import { annsWorld, rr } from "./_run.ts";

const STATUS: DaemonStatus = {
  version: "0.1.0",
  pid: 7,
  mode: "watch",
  started_unix: 0,
  uptime_sec: 60,
  rss_bytes: 64 * 1024 * 1024,
  db_path: "/h/history.db",
  local_head: 1,
  device_id: "laptop",
  user_id: "ann",
  peer_id: "12D3KooWlaptop",
  listening: ["/ip4/192.0.2.1/tcp/8845", "/ip6/fd00::2/tcp/8845"],
  relays: [],
  trackers: [],
  swarm_key: null,
  needs_restart: [],
  lan_strangers: [],
  incidents: [],
  interval_sec: 60,
  push: true,
  last_round_unix: 0,
  left_to_absorb: 0,
  peers: [],
  problems: [],
};

Deno.test("rr status says why a tracker or a relay does not answer, and its address once", async () => {
  using world = annsWorld();
  Deno.mkdirSync(`${world.home}/.rustory`, { mode: 0o700 });
  const [url, relay] = ["http://hub:8850", "/ip4/192.0.2.1/tcp/4001/p2p/12D3KooWrelay"];
  const status = {
    ...STATUS,
    trackers: [
      {
        url,
        error: `Cannot list devices at tracker ${url}: it answered 500`,
        answered: false,
        others: 0,
      },
      { url, error: null, answered: true, others: 0 },
      { url, error: null, answered: false, others: 0 },
    ],
    relays: [{ relay, reserved: false, error: `relay ${relay}: connection refused` }],
  };
  await using _daemon = await serveControl(
    controlSocketPath(`${world.home}/.rustory/history.db`),
    { status: () => Promise.resolve(status) },
    { clock: world.clock, logger: silentLogger() },
  );
  const { out } = await rr(world, "status");
  assert.deepEqual(out.split("\n").filter((line) => /^(tracker|relay)/.test(line)), [
    `relay      ${relay} (no place reserved: connection refused)`,
    `tracker    ${url} (Cannot list devices: it answered 500)`,
    `tracker    ${url} (ok)`,
    `tracker    ${url} (has not answered yet)`,
  ]);
});

Deno.test("rr status and rr doctor tell two other devices of one name apart", async () => {
  using world = annsWorld();
  await rr(world, "record", "--cmd", "ls");
  const peers = ["12D3KooWAbcdefghij", "12D3KooWZyxwvutsrq"].map((peer_id) =>
    peerView({ peer_id, device_id: "ubuntu", route: "direct", equal: true })
  );
  const alone = peerView({ peer_id: "12D3KooWnas", device_id: "nas", equal: true });
  let status = { ...STATUS, peers: [...peers, alone] };
  await using _daemon = await serveControl(
    controlSocketPath(`${world.home}/.rustory/history.db`),
    { status: () => Promise.resolve(status) },
    { clock: world.clock, logger: silentLogger() },
  );
  const names = async (): Promise<string[]> =>
    (await rr(world, "status")).out.split("\n").filter((line) => line.startsWith("  "))
      .map((line) => line.trim().split("  ")[0]!);
  assert.deepEqual(await names(), [
    "ubuntu (12D3KooWAbcdefgh)",
    "ubuntu (12D3KooWZyxwvuts)",
    "nas",
  ]);
  const twins = /^warn +devices +Two other devices record as "ubuntu"/m;
  assert.match((await rr(world, "doctor")).out, twins);

  // What the machine was before it was set up anew.
  status = { ...STATUS, peers: [peers[0]!, { ...peers[1]!, route: null }] };
  assert.doesNotMatch((await rr(world, "doctor")).out, twins);
});

Deno.test("rr status on a terminal leaves addresses and files to --verbose, and says each problem once", async () => {
  using world = annsWorld({ terminal: true, env: { NO_COLOR: "1" } });
  Deno.mkdirSync(`${world.home}/.rustory`, { mode: 0o700 });
  const path = controlSocketPath(`${world.home}/.rustory/history.db`);
  const problems: string[] = [];
  const deps = { clock: world.clock, logger: silentLogger() };
  await using _daemon = await serveControl(
    path,
    { status: () => Promise.resolve({ ...STATUS, problems }) },
    deps,
  );
  const labels = async (...args: string[]): Promise<string[]> => {
    const { code, out, err } = await rr(world, "status", ...args);
    assert.equal(code, 0, err);
    return out.trimEnd().split("\n").slice(1).map((line) => line.slice(0, 10).trimEnd());
  };
  assert.deepEqual(await labels(), ["daemon", "device", "last round"]);
  const all = [
    "daemon",
    "device",
    "history",
    "peer id",
    "listening",
    "listening",
    "last round",
  ];
  assert.deepEqual(await labels("--verbose"), all);
  problems.push("The first", "The second");
  assert.deepEqual(await labels(), ["problem", "daemon", "device", "last round"]);
  problems.length = 0;
  world.terminal = false;
  assert.deepEqual(await labels(), all, "what reads it is a program");
});
