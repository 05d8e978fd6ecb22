/** What a person sees while a large history comes for the first time: real daemons, each a process. */
import assert from "node:assert/strict";
import type { DaemonStatus } from "../../src/app/daemon_status.ts";
import { callControl } from "../../src/control/client.ts";
import { controlSocketPath } from "../../src/control/socket_path.ts";
import type { Entry } from "../../src/history/entry.ts";
import { sentenceOf } from "../../src/cli/commands/status/sentence.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { systemWorld } from "../../src/world/system.ts";
import { makeEntries } from "../fakes/entries.ts";
import { Lab, LOOPBACK } from "./_lab.ts";

/** Commands so long that they come in many frames. */
const MANY = 12_000;
const LONG = "x".repeat(1_000);
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
  const tablet = await lab.device("tablet", { env });
  const shown = await syncAtTerminal(tablet.home, full.listening[0]!);
  assert.match(shown, /received/, shown);
  await laptop.startDaemon("--listen", LOOPBACK, "--peers", full.listening[0]!, ...NEVER);
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
  assert.deepEqual(shares, shares.toSorted((a, b) => a - b), "it only grows");
  // On a quick machine all of it may come between two looks; the sentence has tests of its own.
  for (const sentence of sentences.slice(0, 1)) {
    assert.match(sentence, /^This device is [\d,]+ commands behind \S+ \[#* *\] \d+ %, direct$/);
  }
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
    ({ ...entry, deviceId: "desktop", command: `${entry.command} ${LONG}` }) as Entry
  );
  history.log.append(entries);
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
