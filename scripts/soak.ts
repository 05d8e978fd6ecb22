/**
 * `deno task soak [--minutes <n>] [--devices <n>] [--seed <n>]`: devices, a tracker and a relay under
 * random trouble, while commands are recorded everywhere. In the end every device must have every
 * command, no daemon may have grown, and each must end with 0.
 *
 * A third of the devices reach others over the relay only. Clocks jump if libfaketime is installed.
 */
import { openHistory } from "../src/store/file/open_history.ts";
import { systemWorld } from "../src/world/system.ts";
import { Device } from "./lab/device.ts";
import { faketime, freePort, Server, Victim } from "./soak/cast.ts";
import { type MemoryUse, watchMemory } from "./soak/memory.ts";
import { makeTrouble, pick, type Scene, type Tally } from "./soak/trouble.ts";
import { seededRandom } from "../tests/fakes/seeded_random.ts";
import { fail, say } from "./tools.ts";

const LOOPBACK = "/ip4/127.0.0.1/tcp/0";
/** For all to settle after the last trouble: a few rounds with back-off. */
const SETTLE_MS = 180_000;
/** A daemon of a few thousand entries and ten peers must stay below. */
const MOST_MB = 250;
/** How much the last sample may be above the median; garbage is not collected on our wish. */
const MOST_GROWTH = 1.5;

interface Options {
  readonly minutes: number;
  readonly devices: number;
  readonly seed: number;
}

const options = parse(Deno.args);
const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

say(`soak: seed ${options.seed}, ${options.devices} devices, ${options.minutes} minutes`);
if (faketime() === undefined) say("NO CLOCK JUMPS: libfaketime is not installed");
const root = await Deno.makeTempDir({ prefix: "rr-soak-" });
let isWell = false;
try {
  isWell = await soak();
} catch (error) {
  say(`${error instanceof Error ? error.message : error}`);
}
if (isWell) await Deno.remove(root, { recursive: true });
else say(`kept for a look: ${root}`);
if (!isWell) fail(`seed ${options.seed} has failed`);
say("all is well");

async function soak(): Promise<boolean> {
  await using parts = new AsyncDisposableStack();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      parts.disposeAsync().finally(() => fail(`interrupted; the seed was ${options.seed}`));
    });
  }
  const [tracker, relay] = await startServers(parts);
  const victims = await startVictims(parts, tracker.url, relay.addr);
  const random = seededRandom(options.seed);
  const scene: Scene = {
    victims,
    tracker: tracker.server,
    relay: relay.server,
    random,
    sleep,
  };
  const trouble = new AbortController();
  const watching = new AbortController();
  const memory = watchMemory(victims, sleep, watching.signal);
  const recorded = recordUntil(victims, seededRandom(options.seed + 1), trouble.signal);
  const tally = makeTrouble(scene, trouble.signal);
  tally.catch(() => trouble.abort());
  await Promise.race([sleep(options.minutes * 60_000), tally.catch(() => {})]);
  trouble.abort();
  const counts = await tally;
  const ids = await recorded;
  say(`no more trouble; ${ids.length} commands were recorded`);
  const missing = await untilEqual(victims, ids);
  watching.abort();
  const uses = await memory;
  printTables(victims, counts, missing, uses);
  for (const victim of victims) await victim.end("SIGTERM");
  return missing.every((count) => count === 0) && [...uses.values()].every(isFlat);
}

async function startServers(
  parts: AsyncDisposableStack,
): Promise<[{ server: Server; url: string }, { server: Server; addr: string }]> {
  const trackerPort = freePort();
  const bind = ["tracker-serve", "--bind", `127.0.0.1:${trackerPort}`];
  const tracker = parts.use(new Server(new Device("tracker", root), bind, trackerPort));
  await tracker.start();

  const relayPort = freePort();
  const host = new Device("relay", root);
  await host.rr("swarm-key");
  const listen = ["relay-serve", "--listen", `/ip4/127.0.0.1/tcp/${relayPort}`];
  const relay = parts.use(new Server(host, listen, relayPort));
  const addr = await relay.start();
  return [
    { server: tracker, url: `http://127.0.0.1:${tracker.proxy.port}` },
    { server: relay, addr: addr.replace(`/tcp/${relayPort}/`, `/tcp/${relay.proxy.port}/`) },
  ];
}

async function startVictims(
  parts: AsyncDisposableStack,
  tracker: string,
  relay: string,
): Promise<readonly Victim[]> {
  const key = `${root}/relay/.config/rustory/swarm.key`;
  const env = {
    RUSTORY_USER_ID: "kim",
    RUSTORY_TRACKERS: tracker,
    RUSTORY_RELAY_ADDR: relay,
    RUSTORY_SWARM_KEY_PATH: key,
  };
  const victims = Array.from({ length: options.devices }, (_, i) => {
    const flags = ["--listen", LOOPBACK, "--interval-sec", "5", "--start-jitter-sec", "1"];
    if (i % 3 === 2) flags.push("--relay-only");
    return parts.use(new Victim(`device${i}`, root, env, flags));
  });
  for (const victim of victims) await victim.start();
  return victims;
}

/** Records commands here and there; the ids of all that rr said it has taken. */
async function recordUntil(
  victims: readonly Victim[],
  random: Scene["random"],
  signal: AbortSignal,
): Promise<string[]> {
  const ids: string[] = [];
  while (!signal.aborted) {
    const { device } = pick({ random }, victims);
    const count = 1 + Math.floor(random.unit() * 3);
    for (let i = 0; i < count; i++) ids.push(await device.record(`echo ${ids.length} $RANDOM`));
    await sleep(random.unit() * 1500);
  }
  return ids;
}

/** Waits until every device has every command; how many each one lacks in the end. */
async function untilEqual(victims: readonly Victim[], ids: readonly string[]): Promise<number[]> {
  const end = performance.now() + SETTLE_MS;
  for (;;) {
    const missing = await Promise.all(victims.map((victim) => lacking(victim, ids)));
    if (missing.every((count) => count === 0) || performance.now() > end) return missing;
    await sleep(1000);
  }
}

async function lacking({ device }: Victim, ids: readonly string[]): Promise<number> {
  const { files, clock } = await systemWorld();
  using history = openHistory(device.database, { files, clock, mode: "readonly" });
  return ids.filter((id) => !history.log.has(id)).length;
}

function isFlat(use: MemoryUse): boolean {
  return use.peak < MOST_MB && use.end < use.median * MOST_GROWTH;
}

function printTables(
  victims: readonly Victim[],
  tally: Tally,
  missing: readonly number[],
  uses: ReadonlyMap<string, MemoryUse>,
): void {
  say("\n| trouble | times |\n| --- | ---: |");
  for (const [kind, times] of [...tally].sort()) say(`| ${kind} | ${times} |`);
  say("\n| device | restarts | lacks | median MB | peak MB | last MB |");
  say("| --- | ---: | ---: | ---: | ---: | ---: |");
  for (const [i, { device, restarts }] of victims.entries()) {
    const { median, peak, end } = uses.get(device.name)!;
    const memory = [median, peak, end].map((mb) => mb.toFixed(0)).join(" | ");
    say(`| ${device.name} | ${restarts} | ${missing[i]} | ${memory} |`);
  }
  say("");
}

function parse(args: readonly string[]): Options {
  const given = new Map<string, number>();
  for (let at = 0; at < args.length; at += 2) {
    const [flag = "", text = ""] = args.slice(at, at + 2);
    const value = Number(text);
    if (!["--minutes", "--devices", "--seed"].includes(flag) || !(value > 0)) {
      fail(`cannot read "${flag} ${text}"; there are --minutes, --devices and --seed <n>`);
    }
    given.set(flag, value);
  }
  return {
    minutes: given.get("--minutes") ?? 10,
    devices: given.get("--devices") ?? 10,
    seed: given.get("--seed") ?? 1 + Math.floor(Math.random() * 1e9),
  };
}
