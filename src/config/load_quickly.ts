/** Loading settings for `rr record` and `rr search`, which a person waits for. */
import type { Files } from "../base/world.ts";
import type { ConfigFile } from "./config_file.ts";
import { configPath, homeFolder } from "./paths.ts";
import { parsePlainToml } from "./plain_toml.ts";
import { knownKeys } from "./schema.ts";
import {
  type ConfigWorld,
  type LoadOptions,
  type SettingFlags,
  type SettingProblem,
  type Settings,
  settingsFrom,
} from "./settings.ts";

/**
 * As {@linkcode import("./load.ts").loadSettings}, but the TOML library is loaded only for a config
 * file that needs it.
 *
 * @throws {import("../base/rr_error.ts").RrError} as there
 */
export async function loadSettingsQuickly(
  world: ConfigWorld,
  flags: SettingFlags,
  options: LoadOptions = {},
): Promise<Settings> {
  const path = configPath(homeFolder((name) => world.env(name)));
  const file = readPlainFile(path, world.files) ??
    (await import("./config_file.ts")).readConfigFile(path, world.files);
  return settingsFrom(world, file, flags, options, await unknownKeys(file));
}

async function unknownKeys(file: ConfigFile): Promise<readonly SettingProblem[]> {
  const known = knownKeys();
  if (Object.keys(file.table).every((key) => known.includes(key))) return [];
  return (await import("./unknown_keys.ts")).unknownKeys(file);
}

function readPlainFile(path: string, files: Pick<Files, "readText">): ConfigFile | undefined {
  let text: string | undefined;
  try {
    text = files.readText(path);
  } catch {
    return undefined; // said by whoever tries next
  }
  if (text === undefined) return { path, exists: false, text: "", table: {}, fault: undefined };
  const table = parsePlainToml(text);
  return table && { path, exists: true, text, table, fault: undefined };
}
