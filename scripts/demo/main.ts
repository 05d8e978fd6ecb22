// deno-lint-ignore-file no-console
/**
 * Shows `rr` at work: a tracker, a relay and three devices on loopback, each the real `cli.ts` in a
 * process and a HOME of its own. Exit code 0 only if everything it promises was seen.
 */
import { Device } from "../lab/device.ts";
import type { Child } from "../lab/process.ts";
import { findHistory } from "./history_source.ts";
import { printTable, seen, step } from "./report.ts";

const LOOPBACK = "/ip4/127.0.0.1/tcp/0";
const DAEMON = ["--interval-sec", "5"];

/** All that plays a part. */
interface Cast {
  readonly tracker: Child;
  readonly relay: Child;
  readonly laptop: Device;
  readonly desktop: Device;
  readonly server: Device;
}

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const root = await Deno.makeTempDir({ prefix: "rr-demo-" });
  try {
    await demo(root);
    printTable();
    console.log("\nEverything was seen.");
    return 0;
  } catch (error) {
    console.error(`\nThe demo failed: ${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function demo(root: string): Promise<void> {
  await using hosts = new AsyncDisposableStack();
  const device = (name: string): Device => hosts.use(new Device(name, root));
  const cast = await setUp(device);
  await importAHistory(cast.laptop);
  await startDaemons(cast);
  await recordOn(cast.laptop, [cast.desktop, cast.server]);
  await overTheRelay(cast);
  await withoutTracker(cast);
  await stopAll(cast);
}

async function setUp(device: (name: string) => Device): Promise<Cast> {
  step("Start a tracker and a relay; give three devices one swarm key");
  const tracker = await device("tracker").start("tracker-serve", "--bind", "127.0.0.1:0");
  const trackerUrl = await announced(tracker, "tracker listen: ");
  const relayHost = device("relay");
  const [laptop, desktop, server] = [device("laptop"), device("desktop"), device("server")];
  await laptop.rr("swarm-key");
  for (const other of [relayHost, desktop, server]) other.copySwarmKeyFrom(laptop);
  const relay = await relayHost.start("relay-serve", "--listen", LOOPBACK);
  const relayAddr = await announced(relay, "relay listen: ");
  for (const each of [laptop, desktop, server]) {
    const names = ["--user-id", "demo", "--device-id", each.name];
    await each.rr("init", ...names, "--trackers", trackerUrl, "--relay", relayAddr);
  }
  seen("tracker listens on", trackerUrl);
  seen("relay listens on", relayAddr);
  return { tracker, relay, laptop, desktop, server };
}

async function announced(child: Child, words: string): Promise<string> {
  const line = await child.line((text) => text.includes(words));
  return line.slice(line.indexOf(words) + words.length).trim();
}

async function importAHistory(laptop: Device): Promise<void> {
  const source = await findHistory();
  step(`Import ${source.label} into the laptop`);
  const said = await laptop.rr("import", "--shell", source.shell, "--path", source.path);
  const counts = said.trim().split("\n").at(-1)!.split(" ").filter((word) =>
    !word.startsWith("path=")
  );
  seen("laptop", counts.join(" "));
}

async function startDaemons({ laptop, desktop, server }: Cast): Promise<void> {
  step("Start the daemons; they find each other and copy the history");
  const since = performance.now();
  for (const each of [laptop, desktop, server]) {
    await each.startDaemon(...DAEMON, "--listen", LOOPBACK);
  }
  const wanted = await laptop.look((history) => history.log.count());
  for (const each of [desktop, server]) {
    await each.until(`${wanted} entries`, (history) => history.log.count() >= wanted);
    seen(
      `${each.name} has all ${wanted} entries`,
      `${msSince(since)} after the first daemon was started`,
    );
  }
}

async function recordOn(from: Device, others: readonly Device[], how = ""): Promise<void> {
  step(`Record a command on the ${from.name}`);
  const id = await from.record(`echo hello from ${from.name}`);
  const since = performance.now();
  const arrivals = others.map(async (other) => {
    await other.untilHas(id);
    return msSince(since);
  });
  for (const [i, took] of (await Promise.all(arrivals)).entries()) {
    seen(`${from.name} -> ${others[i]!.name}${how}`, `${took} after \`rr record\` ended`);
  }
}

async function overTheRelay({ laptop, desktop, server }: Cast): Promise<void> {
  step("Cut the server off: it neither takes nor makes direct connections, only relayed ones");
  await expectStopped(server);
  await server.startDaemon(...DAEMON, "--relay-only");
  await recordOn(server, [laptop, desktop], ", relayed");
  await recordOn(laptop, [server], ", relayed");
  const status = JSON.parse(await server.rr("status", "--json")) as {
    peers: { route: string | null }[];
  };
  const routes = status.peers.map((peer) => peer.route ?? "not connected");
  seen("routes of the server's peers", routes.join(", "));
  if (!routes.includes("relayed") || routes.includes("direct")) {
    throw new Error("the server should have relayed connections and no direct one");
  }
}

async function withoutTracker({ tracker, laptop, desktop, server }: Cast): Promise<void> {
  step("Kill the tracker; restart the desktop, which now has only its peer book");
  tracker.kill("SIGKILL");
  seen("tracker killed, exit code", String(await tracker.exited));
  await expectStopped(desktop);
  await desktop.startDaemon(...DAEMON, "--listen", LOOPBACK);
  await recordOn(desktop, [laptop, server], ", no tracker");
}

async function stopAll({ relay, laptop, desktop, server }: Cast): Promise<void> {
  step("Stop everything with SIGTERM");
  for (const each of [laptop, desktop, server]) await expectStopped(each);
  relay.kill("SIGTERM");
  const code = await relay.exited;
  seen("relay stopped, exit code", String(code));
  if (code !== 0) throw new Error(`the relay ended with exit code ${code}: ${relay.output()}`);
  const counts = await Promise.all(
    [laptop, desktop, server].map((each) => each.look((history) => history.log.count())),
  );
  seen("entries on laptop, desktop and server", counts.join(", "));
  if (new Set(counts).size !== 1) throw new Error("the devices should have the same entries");
}

async function expectStopped(device: Device): Promise<void> {
  const since = performance.now();
  const code = await device.stopDaemon();
  seen(`${device.name} stopped, exit code`, `${code}, after ${msSince(since)}`);
  if (code !== 0) {
    throw new Error(`${device.name} ended with exit code ${code}: ${device.daemon.output()}`);
  }
}

function msSince(start: number): string {
  return `${Math.round(performance.now() - start)} ms`;
}
