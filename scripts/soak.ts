/**
 * `deno task soak [--minutes <n>] [--devices <n>] [--seed <n>]`: devices, two trackers of which one
 * lies, and a relay under random trouble, while commands are recorded everywhere. In the end every
 * device must have every command and none twice, what was deleted on one must be in no byte on any, every
 * listener must answer, no daemon may have grown or filled its log, and each must end with 0.
 *
 * A third of the devices reach others over the relay only. Clocks jump if libfaketime is installed.
 */
import { Device } from "./lab/device.ts";
import { faketime, freePort, Server, Victim } from "./soak/cast.ts";
import { type MemoryUse, watchMemory } from "./soak/memory.ts";
import { copyHistory } from "./soak/history_copy.ts";
import { startLiar } from "./soak/liar.ts";
import { deafOf, deletedLeft, doubles, untilEqual } from "./soak/outcome.ts";
import { Records } from "./soak/records.ts";
import { makeTrouble, pick, type Scene, type Tally } from "./soak/trouble.ts";
import { memoryEnvironment, SPARING_MALLOC } from "../src/service/unit.ts";
import { seededRandom } from "../tests/fakes/seeded_random.ts";
import { fail, run, say } from "./tools.ts";

const LOOPBACK = "/ip4/127.0.0.1/tcp/0";
/** A daemon of a few thousand entries and ten peers must stay below. */
const MOST_MB = 220;
/** Room for a history of the soak and a copy of it; filled by the trouble. */
const SMALL_DISK = "24m";
/** How long a clone and its original run with one identity. */
const CLONED_MS = 20_000;
/** Bytes that one device's daemons may log, whatever happens, and per minute. */
const MOST_LOGGED = 200_000;
const MOST_LOGGED_A_MINUTE = 40_000;
/** How often something is deleted everywhere, for each time that something is recorded. */
const DELETED_SHARE = 0.15;
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
else say(`kept for a look, with all logs: ${root}`);
if (!isWell) fail(`seed ${options.seed} has failed`);
say("all is well");

async function soak(): Promise<boolean> {
  await using parts = new AsyncDisposableStack();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      parts.disposeAsync().finally(() => fail(`interrupted; the seed was ${options.seed}`));
    });
  }
  const random = seededRandom(options.seed);
  const liar = parts.use(startLiar(seededRandom(options.seed + 2)));
  const [tracker, relay] = await startServers(parts);
  const env = envOf(`${tracker.url},${liar.url}`, relay.addr);
  const victims = await startVictims(parts, env);
  parts.defer(() => keepLogs([tracker.server, relay.server, ...victims]));
  const records = new Records();
  const scene: Scene = {
    victims,
    tracker: tracker.server,
    relay: relay.server,
    random,
    smallDisk: await smallDisk(victims[1]!, parts),
    clone: () => cloneDevice(victims, env, parts),
    excuse: (victim) => records.excuse(victim),
    sleep,
  };
  const trouble = new AbortController();
  const watching = new AbortController();
  const memory = watchMemory(victims, sleep, watching.signal);
  const recorded = recordUntil(victims, records, seededRandom(options.seed + 1), trouble.signal);
  const tally = makeTrouble(scene, trouble.signal);
  tally.catch(() => trouble.abort());
  await Promise.race([sleep(options.minutes * 60_000), tally.catch(() => {})]);
  trouble.abort();
  const counts = await tally;
  await recorded;
  for (const victim of victims) await victim.start();
  say(`no more trouble; ${records.size} commands were recorded`);
  const missing = await untilEqual(victims, records, sleep);
  const left = await Promise.all(victims.map((victim) => deletedLeft(victim, records)));
  say(`${records.deleted.size} commands were deleted everywhere`);
  const doubled = await Promise.all(victims.map(doubles));
  const deaf = await deafOf(victims, [tracker.server, relay.server]);
  watching.abort();
  const uses = await memory;
  printTables({ victims, tally: counts, missing, left, doubled, uses });
  if (deaf.length > 0) say(`these listeners take no connections: ${deaf.join(", ")}`);
  for (const victim of victims) await victim.end("SIGTERM");
  return [...missing, ...left, ...doubled, deaf.length].every((count) => count === 0) &&
    [...uses.values()].every(isFlat) && victims.every(isQuiet);
}

/** For whoever looks at the folder of a run that has failed. */
async function keepLogs(
  all: readonly { readonly name: string; readonly log: string }[],
): Promise<void> {
  for (const { name, log } of all) await Deno.writeTextFile(`${root}/${name}.log`, log);
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

function envOf(trackers: string, relay: string): Record<string, string> {
  return {
    // As an installed daemon runs.
    ...memoryEnvironment("deno"),
    ...SPARING_MALLOC,
    RUSTORY_USER_ID: "kim",
    RUSTORY_TRACKERS: trackers,
    RUSTORY_RELAY_ADDR: relay,
    RUSTORY_SWARM_KEY_PATH: `${root}/relay/.config/rustory/swarm.key`,
    RUSTORY_AUTO_PRUNE: "1",
    RUSTORY_AUTO_PRUNE_INTERVAL_SEC: "60",
  };
}

async function startVictims(
  parts: AsyncDisposableStack,
  env: Readonly<Record<string, string>>,
): Promise<Victim[]> {
  const victims = Array.from({ length: options.devices }, (_, i) => {
    const port = i % 3 === 2 ? undefined : freePort();
    return parts.use(new Victim(`device${i}`, root, env, flagsFor(port), port));
  });
  for (const victim of victims) await victim.start();
  return victims;
}

function flagsFor(port: number | undefined): string[] {
  const flags = ["--interval-sec", "5", "--start-jitter-sec", "1"];
  if (port === undefined) return [...flags, "--listen", LOOPBACK, "--relay-only"];
  return [...flags, "--listen", `/ip4/127.0.0.1/tcp/${port}`];
}

/** A disk of its own for one device's history, if that may be done here; it ends with the soak. */
async function smallDisk(
  victim: Victim,
  parts: AsyncDisposableStack,
): Promise<string | undefined> {
  await victim.end("SIGTERM");
  const folder = `${victim.device.home}/.rustory`;
  const kept = `${victim.device.home}/kept`;
  await Deno.rename(folder, kept);
  await Deno.mkdir(folder, { mode: 0o700 });
  const { code } = await run(
    ["mount", "-t", "tmpfs", "-o", `size=${SMALL_DISK},mode=700`, "tmpfs", folder],
  );
  const mounted = code === 0;
  if (mounted) parts.defer(() => run(["umount", "-l", folder]).then(() => {}, () => {}));
  else say("NO FULL DISK: this user may not mount one");
  for await (const { name } of Deno.readDir(kept)) {
    if (name.endsWith(".sock")) continue;
    if ((await Deno.stat(`${kept}/${name}`)).isFile) {
      await Deno.copyFile(`${kept}/${name}`, `${folder}/${name}`);
    }
  }
  await victim.start();
  return mounted ? folder : undefined;
}

/** Another machine made from a copy of the first device; told apart after a while, as a person would. */
async function cloneDevice(
  victims: Victim[],
  env: Readonly<Record<string, string>>,
  parts: AsyncDisposableStack,
): Promise<void> {
  const original = victims[0]!;
  const port = freePort();
  const clone = parts.use(new Victim("clone", root, env, flagsFor(port), port));
  await Deno.mkdir(`${clone.device.home}/.rustory`, { mode: 0o700 });
  await Deno.mkdir(`${clone.device.home}/.config/rustory`, { recursive: true, mode: 0o700 });
  const key = ".config/rustory/identity.key";
  await Deno.copyFile(`${original.device.home}/${key}`, `${clone.device.home}/${key}`);
  copyHistory(original.device.database, clone.device.database);
  await Deno.chmod(clone.device.database, 0o600);
  await clone.start();
  await sleep(CLONED_MS);
  await clone.device.rr("init", "--new-identity");
  await clone.end("SIGTERM");
  await clone.start();
  victims.push(clone);
}

/** Records commands here and there; those that rr said it has taken must be everywhere in the end. */
async function recordUntil(
  victims: readonly Victim[],
  records: Records,
  random: Scene["random"],
  signal: AbortSignal,
): Promise<void> {
  for (let number = 0; !signal.aborted;) {
    const victim = pick({ random }, victims);
    const count = 1 + Math.floor(random.unit() * 3);
    for (let i = 0; i < count; i++) {
      const text = `echo soak-${number++}-${Math.floor(random.unit() * 2 ** 32).toString(36)}`;
      await records.take(victim, text, (command) => victim.device.record(command));
    }
    if (random.unit() < DELETED_SHARE && records.ids.length > 0) {
      await deleteOne(pick({ random }, victims), pick({ random }, records.ids), records);
    }
    await sleep(random.unit() * 1500);
  }
}

/** Deletes a command everywhere, if the device has it. */
async function deleteOne(victim: Victim, id: string, records: Records): Promise<void> {
  const { device } = victim;
  const hasIt = await device.look((history) => history.log.has(id)).catch(() => false);
  if (!hasIt) return;
  await records.remove(victim, id, async () => {
    const { code } = await device.try("delete", "--id", id, "--yes");
    return code === 0;
  });
}

/** Ten minutes of trouble make some hundred lines of a few hundred bytes. */
function isQuiet(victim: Victim): boolean {
  return victim.logged < MOST_LOGGED + options.minutes * MOST_LOGGED_A_MINUTE;
}

function isFlat(use: MemoryUse): boolean {
  return use.peak < MOST_MB && use.end < use.median * MOST_GROWTH;
}

interface Result {
  readonly victims: readonly Victim[];
  readonly tally: Tally;
  readonly missing: readonly number[];
  readonly left: readonly number[];
  readonly doubled: readonly number[];
  readonly uses: ReadonlyMap<string, MemoryUse>;
}

function printTables({ victims, tally, missing, left, doubled, uses }: Result): void {
  say("\n| trouble | times |\n| --- | ---: |");
  for (const [kind, times] of [...tally].sort()) say(`| ${kind} | ${times} |`);
  say(
    "\n| device | restarts | lacks | undeleted | twice | median MB | peak MB | last MB | log KB |",
  );
  say("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
  for (const [i, { device, restarts, logged }] of victims.entries()) {
    const use = uses.get(device.name);
    const memory = [use?.median, use?.peak, use?.end].map((mb) => mb?.toFixed(0) ?? "-").join(
      " | ",
    );
    const log = (logged / 1024).toFixed(0);
    say(
      `| ${device.name} | ${restarts} | ${missing[i]} | ${left[i]} | ${
        doubled[i]
      } | ${memory} | ${log} |`,
    );
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
