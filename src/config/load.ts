/** File, environment and flags to {@linkcode Settings}. */
import { readConfigFile } from "./config_file.ts";
import { configPath, homeFolder } from "./paths.ts";
import {
  type ConfigWorld,
  type LoadOptions,
  type SettingFlags,
  type Settings,
  settingsFrom,
} from "./settings.ts";
import { unknownKeys } from "./unknown_keys.ts";

/**
 * The settings of this run: flags before environment before file before defaults. Values are
 * trimmed, and blank ones count as unset; only a list given as a flag counts even if empty.
 *
 * @throws {RrError} `usage` for a flag; `config` for the file or a variable, unless lenient
 */
export function loadSettings(
  world: ConfigWorld,
  flags: SettingFlags = {},
  options: LoadOptions = {},
): Settings {
  const home = homeFolder((name) => world.env(name));
  const file = readConfigFile(configPath(home), world.files);
  return settingsFrom(world, file, flags, options, unknownKeys(file));
}
