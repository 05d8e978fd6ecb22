import type { World } from "../../../base/world.ts";
import { RrError } from "../../../base/rr_error.ts";
import { homeFolder } from "../../../config/paths.ts";
import { loadSettings } from "../../../config/load.ts";
import type { HubFolder, HubSettings } from "../../../app/hub/folder.ts";
import type { HubManager } from "../../../app/hub/install_hub.ts";
import { completeCode } from "../../../pair/code.ts";
import {
  type CliCommand,
  defineCommand,
  type GlobalFlags,
  type VerbsSpec,
} from "../../define_command.ts";
import { ExitCode } from "../../exit_code.ts";
import { filledFlag, JSON_FLAG, switchFlag, wholeNumber } from "../../flags/flags.ts";
import { LOG_FLAGS, type LogFlags } from "../../flags/p2p_flags.ts";
import { printJson, printLine } from "../../print/print.ts";
import { hubStatusLines, stateOption } from "./text.ts";
import { unknownVerb } from "../../unknown_verb.ts";
import { serveUntilStopped } from "../../serve_until_stopped.ts";

interface Flags extends LogFlags {
  readonly host: string | undefined;
  readonly url: string | undefined;
  readonly trackerPort: number | undefined;
  readonly relayPort: number | undefined;
  readonly purge: boolean;
  readonly yes: boolean;
  readonly peer: boolean;
  readonly noPeer: boolean;
  readonly state: string | undefined;
  readonly at: string | undefined;
  readonly json: boolean;
}

const VERBS = {
  install: {
    brief: "Make its folder and token, and the service",
    flags: ["host", "url", "trackerPort", "relayPort", "peer", "noPeer", "state"],
    words: 0,
  },
  pair: { brief: "Take the swarm key of a device", flags: ["at", "state"], words: 1 },
  status: { brief: "Who is connected, and what failed", flags: ["json", "state"], words: 0 },
  uninstall: {
    brief: "Stop it and remove the service; with --purge its folder too",
    flags: ["purge", "yes", "state"],
    words: 0,
  },
  run: {
    brief: "Serve, until it is stopped",
    flags: ["state", ...Object.keys(LOG_FLAGS) as (keyof LogFlags)[]],
    words: 0,
  },
} as const satisfies VerbsSpec<keyof Flags>;

/** `rr hub` */
export const command: CliCommand = defineCommand<Flags, [string, string | undefined]>({
  usage: [
    "install --host <name> [--url <https url>] [--peer|--no-peer]",
    "pair [<code>] [--at <host>]",
    "status [--json]",
    "uninstall [--purge] [--yes]",
    "run",
  ],
  details: `For devices that are not on one network: a machine that all can reach, such as a small
server. \`install\` makes a state folder of its own, with a token, and the service rustory-hub: as
root one of the machine, else one of yours (systemd --user; with --state none). Done again it changes
what is given, and keeps the rest, the keys and the token. \`pair\` shows a code
that one of your devices takes: it gives the swarm key to the hub, and learns the tracker, its token
and the relay. \`status\` says who is connected and what failed. \`run\` is what the service runs.
\`uninstall\` takes the service back, with --purge the folder too.

With --peer the hub is also an always-on device that keeps the history. Without it, it sees none of it.

One port, 8850, is for both; --relay-port gives the relay one of its own. The tracker speaks plain
HTTP: put a reverse proxy with TLS in front and name it with --url (docs/hub.md). The relay is
encrypted by itself.

Examples:
  rr hub install --host hub.example.org
  rr hub pair
  rr hub status`,
  flags: {
    host: filledFlag("The name or address by which devices reach the hub", "name"),
    url: filledFlag("The tracker's URL behind a reverse proxy", "url"),
    trackerPort: {
      kind: "parsed",
      parse: wholeNumber(1, 65_535),
      optional: true,
      placeholder: "n",
      brief:
        "Where the tracker listens, and the relay unless it has a port of its own [default 8850]",
    },
    relayPort: {
      kind: "parsed",
      parse: wholeNumber(1, 65_535),
      optional: true,
      placeholder: "n",
      brief: "Where the relay listens [default the tracker's port]",
    },
    peer: switchFlag("Keep the history too, as an always-on device"),
    noPeer: switchFlag("Keep it no longer"),
    state: filledFlag(
      "The state folder [default /var/lib/rustory-hub, or ~/.rustory-hub]",
      "folder",
    ),
    at: filledFlag("Where the device is that shows the code", "host"),
    purge: switchFlag("uninstall: remove the folder with keys, token and history too"),
    yes: switchFlag("uninstall --purge: do not ask"),
    json: JSON_FLAG,
    ...LOG_FLAGS,
  },
  aliases: { y: "yes" },
  excludes: [["peer", "noPeer"]],
  verbs: VERBS,
  words: {
    kind: "tuple",
    parameters: [
      {
        placeholder: "verb",
        brief: "What to do",
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

function parseVerb(text: string): keyof typeof VERBS {
  if (Object.hasOwn(VERBS, text)) return text as keyof typeof VERBS;
  throw unknownVerb("hub", text, Object.keys(VERBS));
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
      return await showStatus(world, folder, flags);
    case "uninstall":
      return await uninstall(world, folder, flags);
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
  const { hubBefore, trackerUrl, writeHub } = await import("../../../app/hub/folder.ts");
  const { installSettings } = await import("./install_settings.ts");
  const settings = installSettings(flags, hubBefore(folder, world));
  if (flags.url !== undefined) {
    const { checkAddress } = await import("../../flags/check_addresses.ts");
    checkAddress("trackers", flags.url, "--url");
  }
  const { installUnit } = await import("../../../app/hub/install_hub.ts");
  writeHub(folder, settings, world);
  printLine(world, `hub folder: ${folder.path} (its token is in ${folder.tokenPath})`);
  printLine(world, `tracker for devices: ${trackerUrl(settings)}`);
  const manager = await managerOf(world, folder, flags);
  if (manager !== undefined) await installUnit(world, manager);
  printLine(
    world,
    manager === undefined
      ? `no system service here: keep \`rr hub run --state ${folder.path}\` running`
      : `service: rustory-hub, running (${manager.unitPath})`,
  );
  printLine(world, `next: \`rr hub pair${stateOption(flags.state)}\``);
  return ExitCode.OK;
}

/** Who runs the hub. A folder that a person has named is run by the person. */
async function managerOf(
  world: World,
  folder: HubFolder,
  { state }: Flags,
): Promise<HubManager | undefined> {
  if (state !== undefined) return undefined;
  const { hubManager } = await import("../../../app/hub/install_hub.ts");
  const { systemRun } = await import("../../../service/run.ts");
  return await hubManager(world, folder.path, systemRun);
}

async function uninstall(world: World, folder: HubFolder, flags: Flags): Promise<number> {
  const { uninstallHub } = await import("./uninstall.ts");
  return await uninstallHub(world, folder, await managerOf(world, folder, flags), flags);
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
    say: (line: string) => printLine(world, line),
    ask: () => undefined,
  };
  await pairHub(folder, settings, { code: parsed, at }, { world, talk }, stop.signal);
  return ExitCode.OK;
}

async function showStatus(world: World, folder: HubFolder, flags: Flags): Promise<number> {
  const { askHub } = await import("../../../app/hub/ask_hub.ts");
  const status = await askHub(folder);
  if (status === undefined) {
    const { startHint } = await import("./start_hint.ts");
    const hint = startHint(world.files, folder, await managerOf(world, folder, flags));
    throw new RrError("not-found", `No hub runs for "${folder.path}"`, { hint });
  }
  if (flags.json) {
    printJson(world, status);
    return ExitCode.OK;
  }
  for (const line of hubStatusLines(status, flags.state)) printLine(world, line);
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
  const { daemonConfigOf } = await import("../../../app/daemon/daemon_config.ts");
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
