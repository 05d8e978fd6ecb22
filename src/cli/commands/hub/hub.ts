import type { World } from "../../../base/world.ts";
import { RrError } from "../../../base/rr_error.ts";
import { homeFolder } from "../../../config/paths.ts";
import { loadSettings } from "../../../config/load.ts";
import type { HubFolder, HubSettings } from "../../../app/hub/folder.ts";
import type { HubStatus } from "../../../app/hub/run_hub.ts";
import { completeCode } from "../../../pair/code.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../../define_command.ts";
import { ExitCode } from "../../exit_code.ts";
import { JSON_FLAG, switchFlag, textFlag, wholeNumber } from "../../flags.ts";
import { LOG_FLAGS, type LogFlags } from "../../p2p_flags.ts";
import { printJson, printLine } from "../../print.ts";
import { serveUntilStopped } from "../../serve_until_stopped.ts";

const VERBS = ["install", "pair", "status", "run"] as const;
type Verb = typeof VERBS[number];

const VERB_BRIEFS: Readonly<Record<Verb, string>> = {
  install: "Make its folder and token, and the service",
  pair: "Take the swarm key of a device",
  status: "Who is connected, and what failed",
  run: "Serve, until it is stopped",
};

interface Flags extends LogFlags {
  readonly host: string | undefined;
  readonly url: string | undefined;
  readonly trackerPort: number;
  readonly relayPort: number;
  readonly peer: boolean;
  readonly state: string | undefined;
  readonly at: string | undefined;
  readonly json: boolean;
}

/** `rr hub` */
export const command: CliCommand = defineCommand<Flags, [string, string | undefined]>({
  usage: [
    "install --host <name> [--url <https url>] [--peer]",
    "pair [<code>] [--at <host>]",
    "status [--json]",
    "run",
  ],
  details: `For devices that are not on one network: a machine that all can reach, such as a small
server. \`install\` makes a state folder of its own, with a token, and as root the service
rustory-hub; \`pair\` shows a code that one of your devices takes: it gives the swarm key to the hub,
and learns the tracker, its token and the relay. \`status\` says who is connected and what failed.
\`run\` is what the service runs.

With --peer the hub is also an always-on device that keeps the history. Without it, it sees none of it.

The tracker speaks plain HTTP on port 8850: put a reverse proxy with TLS in front and name it with
--url (docs/hub.md). The relay, port 4001, is encrypted by itself.

Examples:
  rr hub install --host hub.example.org
  rr hub pair
  rr hub status`,
  flags: {
    host: textFlag("The name or address by which devices reach the hub", "name"),
    url: textFlag("The tracker's URL behind a reverse proxy", "url"),
    trackerPort: port("8850", "Where the tracker listens"),
    relayPort: port("4001", "Where the relay listens"),
    peer: switchFlag("Keep the history too, as an always-on device"),
    state: textFlag("The state folder [default /var/lib/rustory-hub, or ~/.rustory-hub]", "folder"),
    at: textFlag("Where the device is that shows the code", "host"),
    json: JSON_FLAG,
    ...LOG_FLAGS,
  },
  words: {
    kind: "tuple",
    parameters: [
      {
        placeholder: "verb",
        brief: "What to do",
        proposals: VERBS.map((verb) => ({ completion: verb, brief: VERB_BRIEFS[verb] })),
      },
      {
        optional: true,
        placeholder: "code",
        brief: "For pair: the code that a device shows",
        propose: completeCode,
      },
    ],
  },
  run,
});

function port(fallback: string, brief: string): {
  readonly kind: "parsed";
  readonly parse: (text: string) => number;
  readonly default: string;
  readonly placeholder: string;
  readonly brief: string;
} {
  const parse = wholeNumber(1, 65_535);
  return { kind: "parsed", parse, default: fallback, placeholder: "n", brief };
}

function parseVerb(text: string): Verb {
  const verb = VERBS.find((one) => one === text);
  if (verb) return verb;
  throw new RrError("usage", `Cannot do ${JSON.stringify(text)} with a hub`, {
    hint: `It is one of ${VERBS.join(", ")}`,
  });
}

async function run(
  world: World,
  flags: Flags & GlobalFlags,
  [word, code]: [string, string | undefined],
): Promise<number> {
  const verb = parseVerb(word);
  const { hubFolder, readHub } = await import("../../../app/hub/folder.ts");
  const folder = hubFolder(statePath(world, flags));
  switch (verb) {
    case "install":
      return await install(world, folder, flags);
    case "pair":
      return await pair(world, folder, readHub(folder, world), { code, at: flags.at });
    case "status":
      return await showStatus(world, folder, flags.json);
    case "run":
      return await serve(world, folder, readHub(folder, world), flags);
  }
}

/** Root's hub is the machine's, anybody else's their own. */
function statePath(world: World, { state }: Flags): string {
  if (state !== undefined) return state;
  const home = homeFolder((name) => world.env(name));
  return home === "/root" && world.os === "linux" ? "/var/lib/rustory-hub" : `${home}/.rustory-hub`;
}

async function install(world: World, folder: HubFolder, flags: Flags): Promise<number> {
  const { host, url, trackerPort, relayPort, peer } = flags;
  if (host === undefined) {
    throw new RrError("usage", "--host is missing: the name by which devices reach this machine", {
      hint: "For example: rr hub install --host hub.example.org",
    });
  }
  const { trackerUrl, writeHub } = await import("../../../app/hub/folder.ts");
  const { installUnit } = await import("../../../app/hub/install_hub.ts");
  const { systemRun } = await import("../../../service/run.ts");
  const settings: HubSettings = { host, trackerPort, relayPort, peer, ...(url ? { url } : {}) };
  writeHub(folder, settings, world);
  printLine(world, `hub folder: ${folder.path} (its token is in ${folder.tokenPath})`);
  printLine(world, `tracker for devices: ${trackerUrl(settings)}`);
  const unit = await installUnit(world, folder.path, systemRun);
  printLine(
    world,
    unit === undefined
      ? `no system service here: keep \`rr hub run --state ${folder.path}\` running`
      : `service: rustory-hub, running (${unit})`,
  );
  printLine(world, "next: rr hub pair");
  return ExitCode.OK;
}

async function pair(
  world: World,
  folder: HubFolder,
  settings: HubSettings,
  { code, at }: { readonly code: string | undefined; readonly at: string | undefined },
): Promise<number> {
  const { parseCode } = await import("../../../pair/code.ts");
  const parsed = code === undefined ? undefined : parseCode(code);
  const { stopOnSignals } = await import("../../../process/stop_signals.ts");
  const { pairHub } = await import("../../../app/hub/pair_hub.ts");
  using stop = stopOnSignals(world);
  const talk = {
    say: (line: string) => world.stdout.write(`${line}\n`),
    ask: () => undefined,
  };
  await pairHub(folder, settings, { code: parsed, at }, { world, talk }, stop.signal);
  return ExitCode.OK;
}

async function showStatus(world: World, folder: HubFolder, json: boolean): Promise<number> {
  const { callControl } = await import("../../../control/client.ts");
  const { controlSocketPath } = await import("../../../control/socket_path.ts");
  const path = controlSocketPath(`${folder.path}/hub`);
  const status = await callControl(path, { verb: "status" }) as HubStatus;
  if (json) {
    printJson(world, status);
    return ExitCode.OK;
  }
  const { hubStatusLines } = await import("./text.ts");
  for (const line of hubStatusLines(status)) printLine(world, line);
  return status.paired ? ExitCode.OK : ExitCode.FAILURE;
}

async function serve(
  world: World,
  folder: HubFolder,
  hub: HubSettings,
  flags: Flags,
): Promise<number> {
  const { runHub } = await import("../../../app/hub/run_hub.ts");
  const { hubToken } = await import("../../../app/hub/folder.ts");
  const { runDaemon } = await import("../../../app/daemon/run_daemon.ts");
  const { daemonConfigOf } = await import("../../../app/daemon_config.ts");
  const load = () =>
    loadSettings(world, {
      dbPath: folder.dbPath,
      swarmKeyPath: folder.swarmKeyPath,
      p2pIdentityKeyPath: folder.identityKeyPath,
      trackers: [`http://127.0.0.1:${hub.trackerPort}`],
      trackerToken: hubToken(folder, world),
      deviceId: `hub-${hub.host}`,
      logLevel: flags.logLevel,
      logFormat: flags.logFormat,
    });
  const settings = load();
  const daemon = {
    mode: "watch",
    limit: 1_000,
    push: true,
    noServe: false,
    intervalSec: 60,
  } as const;
  return await serveUntilStopped(world, settings, async (parts, signal) => {
    const peer = hub.peer
      ? (stop: AbortSignal) => runDaemon(() => daemonConfigOf(load(), daemon), parts, stop)
      : undefined;
    await runHub(folder, hub, parts, peer, signal);
    return ExitCode.OK;
  });
}
