/** What a machine is given first: its config file and its keys. `rr init` and `rr setup` make them. */
import { causeChain } from "../base/rr_error.ts";
import type { World } from "../base/world.ts";
import { type ConfigTable, readConfigFile } from "../config/config_file.ts";
import { folderOf } from "../base/folder_of.ts";
import { type SettingName, SETTINGS } from "../config/schema.ts";
import type { Settings } from "../config/settings.ts";
import { type ConfigValue, renderConfig } from "../config/template.ts";

/** What {@linkcode writeOwnConfig} did. */
export interface WrittenConfig {
  /** Where the file that was there is kept. */
  readonly backup: string | undefined;
  /** What a person should know, one sentence each. */
  readonly warnings: readonly string[];
}

/** Written in any case, so that a change of the host name does not make this another device. */
const ALWAYS: readonly SettingName[] = ["dbPath", "userId", "deviceId"];
/** Written if something other than the default is in force. */
const IF_SET: readonly SettingName[] = [
  "trackers",
  "relays",
  "trackerToken",
  "swarmKeyPath",
  "p2pIdentityKeyPath",
  "relayIdentityKeyPath",
];

/**
 * Writes the config file; in one that is there it changes what was given as an option, and keeps the
 * old one beside it.
 *
 * @param force write what is in force anew, also where the file cannot be read
 */
export async function writeOwnConfig(
  world: Pick<World, "files">,
  settings: Settings,
  force: boolean,
): Promise<WrittenConfig> {
  const path = settings.configPath;
  const old = readConfigFile(path, world.files);
  const usable = old.exists && old.fault === undefined && old.text.trim() !== "";
  const values: Record<string, ConfigValue> = {};
  for (const name of [...ALWAYS, ...IF_SET]) {
    if (isWritten(name, settings, usable, force)) {
      values[SETTINGS[name].key!] = toConfig(settings, name);
    }
  }
  if (values[SETTINGS.relays.key!] !== undefined && settings.relays.length > 1) {
    values[SETTINGS.moreRelays.key!] = settings.relays.slice(1);
  }
  const warnings = settings.problems.map(({ message }) => message);
  const text = usable
    ? await edited(old.text, values, warnings)
    : renderConfig({ ...plainValues(old.table), ...values });
  world.files.makePrivateFolder(folderOf(path));
  // What is changed in place keeps all else: one copy, of the first such change, is enough.
  const isKept = !old.exists || text === old.text ||
    usable && !force && world.files.stat(`${path}.bak`) !== undefined;
  const backup = isKept ? undefined : keepOld(world, path, old.text);
  world.files.replacePrivate(path, text);
  return { backup, warnings };
}

// In a file that stays, a value that is there already stays as it is written there.
function isWritten(
  name: SettingName,
  settings: Settings,
  staysWhole: boolean,
  force: boolean,
): boolean {
  const { source } = settings.origins[name];
  if (staysWhole && !force) return source === "flag";
  if (name === "trackerToken" && source === "env") return false;
  if (source === "config") return !staysWhole;
  return source !== "default" || ALWAYS.includes(name);
}

function toConfig(settings: Settings, name: SettingName): ConfigValue {
  const value = settings[name] as ConfigValue;
  // The original knows one relay, as text.
  return name === "relays" && settings.relays.length > 0 ? settings.relays[0]! : value;
}

async function edited(
  text: string,
  values: Readonly<Record<string, ConfigValue>>,
  warnings: string[],
): Promise<string> {
  const { editConfig } = await import("../config/edit.ts");
  try {
    return editConfig(text, values);
  } catch (error) {
    warnings.push(`${causeChain(error)}; written anew, without its comments`);
    const { parse } = await import("../config/config_file.ts");
    return renderConfig({ ...plainValues(parse(text)), ...values });
  }
}

function plainValues(table: ConfigTable): Record<string, ConfigValue> {
  const isPlain = (value: unknown): boolean =>
    ["string", "number", "boolean"].includes(typeof value);
  const kept = Object.entries(table).filter(([, value]) =>
    isPlain(value) || (Array.isArray(value) && value.every((one) => typeof one === "string"))
  );
  return Object.fromEntries(kept) as Record<string, ConfigValue>;
}

function keepOld(world: Pick<World, "files">, path: string, text: string): string {
  for (let n = 1;; n++) {
    const backup = n === 1 ? `${path}.bak` : `${path}.bak.${n}`;
    if (world.files.createPrivate(backup, text)) return backup;
  }
}
