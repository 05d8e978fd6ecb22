import { historyIfThere } from "../../machine/history_if_there.ts";
import { grouped } from "../../../base/grouped.ts";
import { askDaemon } from "../doctor/daemon.ts";
import { RrError } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";
import { printable } from "../../../base/printable.ts";
import { loadSettings } from "../../../config/load.ts";
import type { Settings } from "../../../config/settings.ts";
import { type History, openHistory } from "../../../store/file/open_history.ts";
import {
  type CliCommand,
  defineCommand,
  type GlobalFlags,
  type VerbsSpec,
} from "../../define_command.ts";
import { ExitCode } from "../../exit_code.ts";
import { JSON_FLAG } from "../../flags/flags.ts";
import { settingsToRead } from "../../settings_to_read.ts";
import { paletteFor, printInfo, printJson, printLine } from "../../print/print.ts";
import { unknownVerb } from "../../unknown_verb.ts";
import { secondsText } from "../status/seconds_text.ts";
import { findDevice, type KnownDevice, knownDevices } from "./known_devices.ts";

type Words = [string?, string?, string?];

interface Flags {
  readonly json: boolean;
}

const VERBS = {
  list: { brief: "Show all devices (also without a word)", flags: ["json"] },
  rename: { brief: "Give a device another name, for this machine" },
  forget: { brief: "Forget a device that is gone" },
} as const satisfies VerbsSpec<keyof Flags>;

/** `rr devices` */
export const command: CliCommand = defineCommand<Flags, Words>({
  usage: ["[list] [--json]", "rename <device> [name]", "forget <device>"],
  details:
    `A line a device: its name, how it is connected, when it was last seen, what is to come from it
and to be sent to it, its id. Connections and numbers come from the running daemon.

A device is named by its name, its device_id, its host name or its id. \`rename\` gives it a name that
this machine shows, and without a name takes that back; to rename this device itself, say
\`rr config set device_id <name>\`, which is what its commands are recorded under from then on.

\`forget\` takes a device out of the list that is gone for good; its commands stay. A device that still
has the swarm key and comes back is known again, and brings nothing twice. Shutting one out for good, by
a new swarm key for all the others, is not there yet: it comes with a later version.

Examples:
  rr devices
  rr devices rename 12D3KooWA4Xop1JaT3MH work
  rr devices forget old-laptop`,
  flags: { json: JSON_FLAG },
  verbs: VERBS,
  words: {
    kind: "tuple",
    parameters: [
      {
        brief: "What to do",
        placeholder: "verb",
        optional: true,
      },
      { brief: "Which device", placeholder: "device", optional: true },
      { brief: "Its new name", placeholder: "name", optional: true },
    ],
  },
  run,
});

async function run(
  world: World,
  flags: Flags & GlobalFlags,
  [verb = "list", device, name]: Words,
): Promise<number> {
  const settings = loadSettings(world, { dbPath: flags.dbPath }, { lenient: true });
  const { status } = await askDaemon(world, settings.dbPath);
  const asked: Asked = { world, settings, status };
  switch (verb) {
    case "list":
      if (device !== undefined) throw wrongWords("`rr devices list` takes nothing after it");
      return list(asked, flags);
    case "rename":
      if (device === undefined) throw wrongWords("Say which device, and its new name");
      return rename(asked, device.trim(), name);
    case "forget":
      if (device === undefined) throw wrongWords("Say which device");
      if (name !== undefined) throw wrongWords("`rr devices forget` takes one device at a time");
      return forget(asked, device.trim());
    default:
      throw unknownVerb("devices", verb, Object.keys(VERBS));
  }
}

interface Asked {
  readonly world: World;
  readonly settings: Settings;
  /** Of the daemon, if it runs. */
  readonly status: Parameters<typeof knownDevices>[2];
}

function devicesIn({ peers }: History, { status }: Asked): KnownDevice[] {
  return knownDevices(peers.everybody(), peers.givenNames(), status);
}

function list(asked: Asked, { json }: Flags): number {
  const { world, settings } = asked;
  using history = historyIfThere(world, settings.dbPath);
  const devices = history === undefined ? [] : devicesIn(history, asked);
  if (json) printJson(world, { device_id: settings.deviceId, devices });
  else for (const line of lines(world, settings, devices)) printLine(world, line);
  return ExitCode.OK;
}

function rename(asked: Asked, device: string, name: string | undefined): number {
  const { world, settings } = asked;
  using history = openHistory(settingsToRead(world, settings).dbPath, world);
  const devices = devicesIn(history, asked);
  refuseOwn(settings, devices, device, "`rr config set device_id <name>`");
  const found = findDevice(devices, device);
  history.peers.giveName(found.peer_id, checkedName(name));
  printInfo(world, renamedText(found, name));
  return ExitCode.OK;
}

function forget(asked: Asked, device: string): number {
  const { world, settings } = asked;
  using history = openHistory(settingsToRead(world, settings).dbPath, world);
  const devices = devicesIn(history, asked);
  refuseOwn(settings, devices, device, "`rr uninstall --purge`");
  const found = findDevice(devices, device);
  history.peers.forget(found.peer_id);
  printInfo(world, `forgot ${printable(found.name)} (${found.peer_id}); its commands stay`);
  printInfo(
    world,
    found.route === null
      ? "it has the swarm key all the same: if it comes back, it is known again"
      : "it is connected just now, so the daemon will know it again at once",
  );
  return ExitCode.OK;
}

/** The list begins with this device, which is not one of the others. */
function refuseOwn(
  { deviceId }: Settings,
  others: readonly KnownDevice[],
  text: string,
  instead: string,
): void {
  if (text !== deviceId || others.some((one) => one.name === text)) return;
  throw new RrError("usage", `"${printable(text)}" is this device`, {
    hint: `For this one say ${instead}`,
  });
}

function wrongWords(message: string): RrError {
  return new RrError("usage", message, {
    hint:
      "There are `rr devices`, `rr devices rename <device> <name>` and `rr devices forget <device>`",
  });
}

/** As long as what a device may call itself. */
const MOST_NAME_CHARS = 64;

function checkedName(name: string | undefined): string | undefined {
  const text = name?.trim();
  if (text === undefined || text === "") return undefined;
  if (text.length <= MOST_NAME_CHARS && !/\p{C}/u.test(text)) return text;
  throw new RrError("usage", `Cannot call a device ${JSON.stringify(text)}`, {
    hint: `A name has at most ${MOST_NAME_CHARS} characters, all of them visible`,
  });
}

function renamedText(found: KnownDevice, name: string | undefined): string {
  const own = printable(found.device_id ?? found.hostname ?? found.peer_id);
  return checkedName(name) === undefined
    ? `${found.peer_id} is called ${own} again, as it calls itself`
    : `${found.peer_id} (${own}) is called ${printable(name!.trim())} on this machine`;
}

function lines(world: World, settings: Settings, devices: readonly KnownDevice[]): string[] {
  const { bold } = paletteFor(world, world.stdout);
  const nowUnix = world.clock.now() / 1000;
  const rows = [
    [settings.deviceId, "this device", "", "", ""],
    ...devices.map((device) => [
      device.name,
      device.route ?? "not connected",
      seenText(device, nowUnix),
      apartText(device),
      device.peer_id,
    ]),
  ].map((row) => row.map(printable));
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const shown = rows.map((row) =>
    row.map((cell, i) => i === 0 ? bold(cell.padEnd(widths[i]!)) : cell.padEnd(widths[i]!))
      .join("  ").trimEnd()
  );
  return devices.length > 0
    ? shown
    : [...shown, "No other device is known: `rr pair` brings one in"];
}

function seenText({ route, last_seen_unix }: KnownDevice, nowUnix: number): string {
  if (route !== null) return "seen now";
  if (last_seen_unix === null) return "never seen";
  return `seen ${secondsText(Math.max(0, nowUnix - last_seen_unix))} ago`;
}

function apartText({ in_sync, behind, ahead }: KnownDevice): string {
  if (in_sync === null) return "";
  if (in_sync) return "in sync";
  const parts = [
    ...(behind ?? 0) > 0 ? [`${grouped(behind!)} to come`] : [],
    ...(ahead ?? 0) > 0 ? [`${grouped(ahead!)} to send`] : [],
  ];
  return parts.length === 0 ? "not in sync" : parts.join(", ");
}
