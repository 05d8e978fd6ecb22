/** What a person sees while a large history comes for the first time: real daemons, each a process. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import type { DaemonStatus } from "../../src/app/daemon/status/daemon_status.ts";
import { callControl } from "../../src/control/client.ts";
import { controlSocketPath } from "../../src/control/socket_path.ts";
import type { Entry } from "../../src/history/entry.ts";
import { sentenceOf } from "../../src/cli/commands/status/sentence.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { systemWorld } from "../../src/world/system.ts";
import { makeEntries } from "../fakes/entries.ts";
import { Lab, lineTo, LOOPBACK } from "./_lab.ts";

/** Some megabytes that cannot be compressed: at {@linkcode SLOW} it takes them a minute to come. */
const MANY = 10_000;
const RANDOM_BYTES = 500;
/** The line, until the sync was seen on its way: whatever the speed of the machine, it is not over before. */
const SLOW = { bytesPerSec: 128 * 1024 };
/** A handshake over it takes longer than the pause between two drawings of the progress. */
const FAR = { delayMs: 100 };
const NEVER = ["--interval-sec", "3600"];
const ENV = { RUSTORY_LAN_DISCOVERY: "false" };

Deno.test("a large first sync shows in rr status how far it is", async () => {
  await using lab = new Lab();
  const addr = await startFull(lab);
  // Version 1 would bring the same in another way if the two took too long to agree.
  const laptop = await lab.device("laptop", { env: { ...ENV, RUSTORY_P2P_PROTOCOLS: "2" } });
  await using line = lineTo(addr, SLOW);
  await laptop.startDaemon("--listen", LOOPBACK, "--peers", line.addr, ...NEVER);
  const shares: number[] = [];
  const sentences: string[] = [];
  const whole = await until(laptop.database, (status) => {
    const [peer] = status.peers;
    if (peer !== undefined && peer.arrived > 0 && peer.behind !== null) {
      shares.push(peer.arrived);
      sentences.push(sentenceOf(status));
      if (new Set(shares).size > 2) line.setBytesPerSec(Infinity);
    }
    return peer?.equal === true && status.last_round_unix !== null;
  });
  assert.ok(new Set(shares).size > 2, "it was seen on the way");
  assert.deepEqual(shares, shares.toSorted((a, b) => a - b), "it only grows");
  assert.match(sentences[0]!, /^This device is [\d,]+ commands behind \S+ \[#* *\] \d+ %, direct$/);
  assert.equal(sentenceOf(whole), "In sync with 1 of 1");
});

Deno.test("a large first sync shows in rr p2p-sync how far it is", async () => {
  await using lab = new Lab();
  const addr = await startFull(lab);
  await using line = lineTo(addr, FAR);
  const tablet = await lab.device("tablet", { env: ENV });
  assert.match(await syncAtTerminal(tablet.home, line.addr), /commands received: \d+/);
});

/** Starts a device with a large history; where it listens. */
async function startFull(lab: Lab): Promise<string> {
  const desktop = await lab.device("desktop", { env: { ...ENV, RUSTORY_P2P_PROTOCOLS: "1,2" } });
  await fill(desktop.database);
  await desktop.startDaemon("--listen", LOOPBACK, ...NEVER);
  const { listening } = await until(
    desktop.database,
    (status) => status.listening.length > 0 && status.left_to_absorb === 0,
  );
  return listening[0]!;
}

/** What `rr p2p-sync` shows at a terminal, where there is a bar. */
async function syncAtTerminal(home: string, peer: string): Promise<string> {
  const cli = new URL("../../cli.ts", import.meta.url).pathname;
  const { stdout } = await new Deno.Command("script", {
    args: [
      "-qec",
      `${Deno.execPath()} run --quiet -A ${cli} p2p-sync --peers ${peer}`,
      "/dev/null",
    ],
    env: { HOME: home, NO_COLOR: "1", TERM: "xterm", RUSTORY_LAN_DISCOVERY: "false" },
    stdout: "piped",
    stdin: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

async function fill(path: string): Promise<void> {
  const { files, clock } = await systemWorld();
  using history = openHistory(path, { files, clock });
  const entries = makeEntries(MANY).map((entry) =>
    ({ ...entry, deviceId: "desktop", command: `${entry.command} ${randomText()}` }) as Entry
  );
  history.log.append(entries);
}

function randomText(): string {
  return crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)).toHex();
}

async function until(
  database: string,
  holds: (status: DaemonStatus) => boolean,
): Promise<DaemonStatus> {
  const end = performance.now() + PATIENCE_MS;
  const path = controlSocketPath(database);
  for (;;) {
    const status = await callControl(path, { verb: "status" }).catch(() => undefined);
    if (status !== undefined && holds(status as DaemonStatus)) return status as DaemonStatus;
    if (performance.now() > end) assert.fail(`It does not come to that: ${JSON.stringify(status)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
