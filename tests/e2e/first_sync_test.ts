/** What a person sees while a large history comes for the first time: real daemons, each a process. */
import assert from "node:assert/strict";
import { createLine } from "../../scripts/lab/proxy.ts";
import type { DaemonStatus } from "../../src/app/daemon/status/daemon_status.ts";
import { callControl } from "../../src/control/client.ts";
import { controlSocketPath } from "../../src/control/socket_path.ts";
import type { Entry } from "../../src/history/entry.ts";
import { sentenceOf } from "../../src/cli/commands/status/sentence.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { systemWorld } from "../../src/world/system.ts";
import { makeEntries } from "../fakes/entries.ts";
import { Lab, LOOPBACK } from "./_lab.ts";

/** Some megabytes that cannot be compressed, over a line on which a window of them takes a moment. */
const MANY = 20_000;
const RANDOM_BYTES = 500;
const FAR_MS = 100;
const NEVER = ["--interval-sec", "3600"];
const DEADLINE_MS = 90_000;

Deno.test("a large first sync shows in rr status and rr p2p-sync how far it is", async () => {
  await using lab = new Lab();
  const env = { RUSTORY_LAN_DISCOVERY: "false", RUSTORY_P2P_PROTOCOLS: "1,2" };
  const desktop = await lab.device("desktop", { env });
  const laptop = await lab.device("laptop", { env });
  await fill(desktop.database);
  await desktop.startDaemon("--listen", LOOPBACK, ...NEVER);
  const full = await until(
    desktop.database,
    (status) => status.listening.length > 0 && status.left_to_absorb === 0,
  );
  const [, port] = /\/tcp\/(\d+)/.exec(full.listening[0]!)!;
  await using line = createLine(Number(port), { delayMs: FAR_MS });
  const addr = full.listening[0]!.replace(`/tcp/${port}`, `/tcp/${line.port}`);
  const tablet = await lab.device("tablet", { env });
  assert.match(await syncAtTerminal(tablet.home, addr), /commands received: \d+/);
  await laptop.startDaemon("--listen", LOOPBACK, "--peers", addr, ...NEVER);
  const sentences: string[] = [];
  const shares: number[] = [];
  const whole = await until(laptop.database, (status) => {
    const [peer] = status.peers;
    if (peer !== undefined && peer.arrived > 0 && peer.behind !== null) {
      shares.push(peer.arrived);
      sentences.push(sentenceOf(status));
    }
    return peer?.equal === true;
  });
  assert.ok(shares.length > 0, "it was seen on the way");
  assert.deepEqual(shares, shares.toSorted((a, b) => a - b), "it only grows");
  assert.match(sentences[0]!, /^This device is [\d,]+ commands behind \S+ \[#* *\] \d+ %, direct$/);
  assert.equal(sentenceOf(whole), "In sync with 1 of 1");
});

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
  const end = Date.now() + DEADLINE_MS;
  const path = controlSocketPath(database);
  for (;;) {
    const status = await callControl(path, { verb: "status" }).catch(() => undefined);
    if (status !== undefined && holds(status as DaemonStatus)) return status as DaemonStatus;
    if (Date.now() > end) assert.fail(`It does not come to that: ${JSON.stringify(status)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
