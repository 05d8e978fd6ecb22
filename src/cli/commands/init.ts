import { writeOwnConfig } from "../../app/first_config.ts";
import type { World } from "../../base/world.ts";
import { loadSettings } from "../../config/load.ts";
import type { Settings } from "../../config/settings.ts";
import { describeKeys } from "../../config/template.ts";
import { loadOrCreateIdentity } from "../../net/keys/identity.ts";
import { loadOrCreateSwarmKey, swarmKeyFingerprint } from "../../net/keys/swarm_key.ts";
import { checkAddresses } from "../flags/check_addresses.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import { ExitCode } from "../exit_code.ts";
import {
  DEVICE_ID_FLAG,
  newNameFlag,
  RELAY_FLAG,
  SWARM_KEY_FLAG,
  switchFlag,
  TRACKER_TOKEN_FLAG,
  TRACKERS_FLAG,
  USER_ID_FLAG,
} from "../flags/flags.ts";
import { forOutput, printLine, printWarning } from "../print/print.ts";
import { newSwarmKeyNote } from "./swarm_key.ts";

interface Flags {
  readonly force: boolean;
  readonly newIdentity: boolean;
  readonly userId: string | undefined;
  readonly deviceId: string | undefined;
  readonly trackers: readonly string[] | undefined;
  readonly relay: readonly string[] | undefined;
  readonly trackerToken: string | undefined;
  readonly swarmKey: string | undefined;
}

/** `rr init` */
export const command: CliCommand = defineCommand<Flags>({
  usage: ["[options]"],
  details:
    `Writes ~/.config/rustory/config.toml and creates the swarm key and the identity of this device,
unless they are there. In a config that is there it changes what is given as an option, and nothing
else; the old file is kept beside it, and a running daemon is told. \`rr config\` changes one key.

--force writes a config that cannot be read anew, saves what can be saved, and takes in what is set
in the environment as well. The tracker token is taken from the option or the old file, never from
the environment: that would put a secret on the disk.

--new-identity is for a machine that was made from a copy of another one: the key is kept beside
the new one. A running daemon takes it up, and the other devices learn of it by themselves.

Examples:
  rr init --user-id me --device-id laptop
  rr init --trackers https://tracker.example:8850

Keys of the config (each also a variable: RUSTORY_ and the key in capitals):
${describeKeys().map(({ key, why }) => `  ${key.padEnd(28)}  ${why}`).join("\n")}`,
  flags: {
    newIdentity: switchFlag("Give this device a new identity, as another machine has its key"),
    force: switchFlag("Write the config anew where it cannot be read; a backup is kept"),
    userId: newNameFlag(USER_ID_FLAG),
    deviceId: newNameFlag(DEVICE_ID_FLAG),
    trackers: TRACKERS_FLAG,
    relay: RELAY_FLAG,
    trackerToken: TRACKER_TOKEN_FLAG,
    swarmKey: SWARM_KEY_FLAG,
  },
  run,
});

type AllFlags = Flags & GlobalFlags;

async function run(world: World, flags: AllFlags): Promise<number> {
  const settings = loadSettings(world, {
    dbPath: flags.dbPath,
    userId: flags.userId,
    deviceId: flags.deviceId,
    trackers: flags.trackers,
    relays: flags.relay,
    trackerToken: flags.trackerToken,
    swarmKeyPath: flags.swarmKey,
  }, { lenient: flags.force });
  checkAddresses(settings, [
    "relays",
    ...flags.trackers === undefined ? [] : ["trackers" as const],
  ]);
  const changes = !settings.configExists || flags.force || givesValues(flags);
  if (changes) await writeConfig(world, settings, flags.force);
  else printLine(world, `config already exists: ${settings.configPath} (options change it)`);
  if (flags.newIdentity) setIdentityAside(world, settings.p2pIdentityKeyPath);
  await createKeys(world, settings);
  if (changes || flags.newIdentity) await tellOfChange(world, settings.dbPath);
  printLine(world, "next:");
  printLine(world, "  rr setup                       does the rest: hook, old histories, daemon");
  printLine(world, "  rr pair                        brings in another device");
  printLine(world, "  rr doctor                      checks that all is in order");
  return ExitCode.OK;
}

function givesValues(
  { dbPath, userId, deviceId, trackers, relay, trackerToken, swarmKey }: AllFlags,
): boolean {
  return [dbPath, userId, deviceId, trackers, relay, trackerToken, swarmKey]
    .some((one) => one !== undefined);
}

async function tellOfChange(world: World, dbPath: string): Promise<void> {
  const { tellDaemon } = await import("../machine/tell_daemon_here.ts");
  const sentence = await tellDaemon(world, dbPath);
  if (sentence !== undefined) printLine(world, sentence);
}

async function writeConfig(world: World, settings: Settings, force: boolean): Promise<void> {
  const { backup, warnings } = await writeOwnConfig(world, settings, force);
  for (const warning of warnings) printWarning(world, warning);
  printLine(world, `wrote config: ${settings.configPath}`);
  if (backup !== undefined) printLine(world, `kept the old config: ${backup}`);
}

/** Two machines with one identity never sync; see `rr doctor`. */
function setIdentityAside(world: World, path: string): void {
  const old = world.files.readBytes(path);
  if (old === undefined) return;
  for (let n = 1;; n++) {
    const aside = n === 1 ? `${path}.old` : `${path}.old.${n}`;
    if (!world.files.createPrivate(aside, old)) continue;
    world.files.remove(path);
    printLine(world, `kept the old identity: ${aside}`);
    return;
  }
}

async function createKeys(world: World, settings: Settings): Promise<void> {
  const swarm = await loadOrCreateSwarmKey(settings.swarmKeyPath, world);
  const identity = await loadOrCreateIdentity(settings.p2pIdentityKeyPath, world);
  printLine(world, `swarm key path: ${forOutput(world, settings.swarmKeyPath)}`);
  printLine(world, `swarm key fingerprint: ${swarmKeyFingerprint(swarm.key)}`);
  printLine(world, `p2p identity key path: ${forOutput(world, settings.p2pIdentityKeyPath)}`);
  printLine(world, `p2p peer id: ${identity.peer}`);
  if (swarm.created) world.stderr.write(newSwarmKeyNote(settings.swarmKeyPath));
  if (identity.created) {
    world.stderr.write(
      `note: the identity at ${settings.p2pIdentityKeyPath} is new. It must be different on each device:\n` +
        "      never copy it to another one.\n",
    );
  }
}
