/**
 * Ten real daemons, a process each, on loopback, each connected to each by protocol 2: bytes and
 * deliveries against the bodies sent once to each device, and what idling costs. The bytes are those of
 * the daemons' sockets, as each counts them for its metrics: all of libp2p is in them.
 *
 *     deno run <permissions> tests/bench/daemons_bench.ts [entries, default 20000] [devices, default 10] \
 *       [seconds of idling, default 0]
 */
// deno-lint-ignore-file no-console -- it prints its figures
import { callControl } from "../../src/control/client.ts";
import { controlSocketPath } from "../../src/control/socket_path.ts";
import { systemClock } from "../../src/base/clock.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { openSet } from "../../src/store/set/open_set.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { Device } from "../../scripts/lab/device.ts";
import { freePort } from "../../scripts/soak/cast.ts";
import type { Entry } from "../../src/history/entry.ts";
import { bundledRr, runRr } from "./_bundle.ts";
import { fill } from "./_fill.ts";
import { bytesOf, entriesOf } from "./_mesh.ts";

/** For what is still under way when the last entry has arrived. */
const SETTLE_MS = 5_000;
/** After the last change, the ticks that show that all are equal. */
const CONFIRMED_MS = 80_000;
const SLICE_ROWS = 10_000;

const count = Number(Deno.args[0] ?? 20_000);
const devices = Number(Deno.args[1] ?? 10);
const idleSeconds = Number(Deno.args[2] ?? 0);
const root = await Deno.makeTempDir({ prefix: "rr-daemons-" });

interface Member {
  readonly device: Device;
  readonly metrics: number;
}

try {
  const program = runRr(await bundledRr(`${root}/dist`));
  // The one that has everything comes last, and finds nine that have nothing.
  const full = await scenario(program, "full", (i) => i === devices - 1 ? entriesOf(0, count) : []);
  print("one full, the others empty", full);
  const met = await scenario(program, "met", (i) => entriesOf(i, Math.floor(count / devices)));
  print("own histories meet", met);
} finally {
  await Deno.remove(root, { recursive: true });
}

interface Figures {
  readonly total: number;
  readonly missing: number;
  readonly ideal: number;
  readonly wire: number;
  readonly received: number;
  readonly seconds: number;
  readonly idle: Idle | undefined;
}

/** Bytes of a pair, both ways. */
interface Idle {
  /** In the time after the last entry, until all is confirmed. */
  readonly after: number;
  /** In each minute from then on. */
  readonly minute: number;
}

async function scenario(
  program: readonly string[],
  name: string,
  entries: (i: number) => Entry[],
): Promise<Figures> {
  const all = Array.from({ length: devices }, (_, i) => entries(i));
  const total = all.flat().length;
  const missing = all.reduce((sum, own) => sum + total - own.length, 0);
  await using stack = new AsyncDisposableStack();
  const made: Device[] = [];
  for (const [i, own] of all.entries()) {
    made.push(stack.use(await prepare(`${name}-${i}`, program, own, made[0])));
  }
  const started = performance.now();
  const members = await startAll(made);
  for (const { device } of members) {
    await device.until("all entries", ({ log }) => log.count() === total, 900_000);
  }
  const seconds = (performance.now() - started) / 1000;
  await sleep(SETTLE_MS);
  const wire = await sum(members, 'rr_bytes{direction="received"}');
  const received = await sum(members, 'rr_items{kind="received"}');
  const ideal = bytesOf(all.flat()) * missing / total;
  const idle = idleSeconds === 0 ? undefined : await idling(members);
  return { total, missing, ideal, wire, received, seconds, idle };
}

async function prepare(
  name: string,
  program: readonly string[],
  own: readonly Entry[],
  first: Device | undefined,
): Promise<Device> {
  const device = new Device(name, root, { program, env: { RUSTORY_USER_ID: "kim" } });
  await device.rr("init", "--user-id", "kim", "--device-id", name);
  // Others of this network are not to be found, and beacons not to be counted.
  await device.rr("config", "set", "lan_discovery", "false");
  if (first !== undefined) device.copySwarmKeyFrom(first);
  using history = openHistory(device.database, { files: denoFiles(), clock: systemClock() });
  await fill(history, own);
  const set = openSet(history);
  while (set.left() > 0) set.absorbSlice(SLICE_ROWS);
  set.absorb();
  return device;
}

/** Starts them one after the other, each told of those before it. */
async function startAll(all: readonly Device[]): Promise<Member[]> {
  const members: Member[] = [];
  const addrs: string[] = [];
  for (const device of all) {
    const metrics = freePort();
    const port = freePort();
    const named = addrs.length === 0 ? [] : ["--peers", addrs.join(",")];
    await device.startDaemon(
      "--start-jitter-sec=0",
      ...["--listen", `/ip4/127.0.0.1/tcp/${port}`, "--metrics-bind", `127.0.0.1:${metrics}`],
      ...named,
    );
    const { peer_id: id } = await callControl(controlSocketPath(device.database), {
      verb: "status",
    }) as { peer_id: string };
    addrs.push(`/ip4/127.0.0.1/tcp/${port}/p2p/${id}`);
    members.push({ device, metrics });
  }
  return members;
}

async function idling(members: readonly Member[]): Promise<Idle> {
  const pairs = members.length * (members.length - 1) / 2;
  const bytes = async (): Promise<number> =>
    await sum(members, 'rr_bytes{direction="received"}') / pairs;
  const atEnd = await bytes();
  await sleep(CONFIRMED_MS);
  const confirmed = await bytes();
  await sleep(idleSeconds * 1000);
  const minute = (await bytes() - confirmed) / (idleSeconds / 60);
  return { after: confirmed - atEnd, minute };
}

async function sum(members: readonly Member[], metric: string): Promise<number> {
  let all = 0;
  for (const { metrics } of members) {
    const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
    const line = text.split("\n").find((one) => one.startsWith(`${metric} `));
    if (line === undefined) throw new Error(`There is no "${metric}" in the metrics:\n${text}`);
    all += Number(line.slice(metric.length + 1));
  }
  return all;
}

function print(name: string, figures: Figures): void {
  const { total, missing, ideal, wire, received, seconds, idle } = figures;
  console.log(
    `${name}: ${devices} daemons, ${total} entries; load ${Deno.loadavg()[0]!.toFixed(1)}\n` +
      `  deliveries ${received}, missing ${missing}: ${received - missing} twice\n` +
      `  bytes ${wire}, bodies once to each ${Math.round(ideal)}: ${(wire / ideal).toFixed(3)}\n` +
      `  everything everywhere ${seconds.toFixed(1)} s after the start of the first`,
  );
  if (idle !== undefined) {
    console.log(
      `  a pair, both ways, all of libp2p: ${idle.after.toFixed(0)} bytes in the ` +
        `${CONFIRMED_MS / 1000} s after that, then idle ${idle.minute.toFixed(0)} bytes a minute`,
    );
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
