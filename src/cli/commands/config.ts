import { quoted } from "../../base/printable.ts";
import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { readConfigFile } from "../../config/config_file.ts";
import { partsOfList, ValueError } from "../../config/kinds.ts";
import { loadSettings } from "../../config/load.ts";
import { folderOf } from "../../base/folder_of.ts";
import { knownKeys, type SettingName, SETTINGS, type SettingSpec } from "../../config/schema.ts";
import type { Settings } from "../../config/settings.ts";
import { mostSimilar } from "../../base/similar.ts";
import { type ConfigValue, describeKeys, renderConfig } from "../../config/template.ts";
import { checkNewName } from "../flags/flags.ts";
import { checkAddress, isAddressSetting } from "../flags/check_addresses.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import { ExitCode } from "../exit_code.ts";
import { forOutput, printLine } from "../print/print.ts";
import { unknownVerb } from "../unknown_verb.ts";

const VERBS = {
  get: { brief: "Print what is in force for a key" },
  set: { brief: "Write a key into the config file" },
  unset: { brief: "Take a key out of the config file" },
  list: { brief: "Print all keys, what is in force, and where it comes from" },
  path: { brief: "Print where the config file is" },
} as const;
type Verb = keyof typeof VERBS;
type Words = [string, string?, string?];

/** Shown by `get` alone. */
const SECRETS: readonly SettingName[] = ["trackerToken", "trackerServeToken"];

/** They are shown in lists and lines. */
const NAMES: readonly SettingName[] = ["userId", "deviceId"];

/** `rr config` */
export const command: CliCommand = defineCommand<object, Words>({
  usage: ["list", "get <key>", "set <key> <value>", "unset <key>", "path"],
  details: `A value is checked before it is written; everything else in the file stays as it is,
comments too, and a running daemon takes it up at once. A list is written a,b. \`get\` and \`list\`
show what is in force here: the environment goes before the file. \`get\` ends with 1 for a key that
has no value.

Examples:
  rr config list
  rr config set trackers https://tracker.example:8850
  rr config set record_ignore_regex '(?i)internal\\.example'
  rr config unset trackers`,
  flags: {},
  verbs: VERBS,
  words: {
    kind: "tuple",
    parameters: [
      {
        brief: "What to do",
        placeholder: "verb",
      },
      {
        brief: "A key of the config",
        placeholder: "key",
        optional: true,
        proposals: describeKeys().map(({ key, why }) => ({ completion: key, brief: why })),
      },
      { brief: "Its value", placeholder: "value", optional: true },
    ],
  },
  run,
});

async function run(world: World, flags: GlobalFlags, words: Words): Promise<number> {
  const verb = (Object.keys(VERBS) as Verb[]).find((one) => one === words[0]);
  const settings = loadSettings(world, { dbPath: flags.dbPath }, { lenient: true });
  switch (verb) {
    case "path":
      expectWords(words, 1);
      world.stdout.write(`${settings.configPath}\n`);
      return ExitCode.OK;
    case "list":
      expectWords(words, 1);
      list(world, settings);
      return ExitCode.OK;
    case "get":
      expectWords(words, 2);
      return get(world, settings, settingOf(words[1]!));
    case "set": {
      expectWords(words, 3);
      const name = settingOf(words[1]!);
      await write(world, settings, valuesOf(settings, name, words[2]!), []);
      return ExitCode.OK;
    }
    case "unset": {
      expectWords(words, 2);
      const name = settingOf(words[1]!);
      const keys = name === "relays" ? [keyOf(name), keyOf("moreRelays")] : [keyOf(name)];
      await write(world, settings, {}, keys);
      return ExitCode.OK;
    }
    case undefined:
      throw unknownVerb("config", words[0], Object.keys(VERBS));
  }
}

function expectWords(words: Words, count: number): void {
  const given = words.filter((word) => word !== undefined).length;
  if (given === count) return;
  const takes = ["no word", "a key", "a key and a value"][count - 1];
  throw new RrError("usage", `\`rr config ${words[0]}\` takes ${takes} after it`, {
    hint: "See `rr config --help`; a value with blanks needs quotes",
  });
}

function keyOf(name: SettingName): string {
  return SETTINGS[name].key!;
}

function settingOf(key: string): SettingName {
  const names = Object.keys(SETTINGS) as SettingName[];
  const name = names.find((one) => SETTINGS[one].key === key);
  if (name !== undefined) return name;
  const similar = mostSimilar(key, knownKeys());
  throw new RrError("usage", `There is no key ${quoted(key)}`, {
    hint: similar === undefined ? "`rr config list` shows all keys" : `Did you mean ${similar}?`,
  });
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(",") : String(value ?? "");
}

function get(world: World, settings: Settings, name: SettingName): number {
  const text = textOf(settings[name]);
  if (text === "") return ExitCode.FAILURE;
  world.stdout.write(`${forOutput(world, text)}\n`);
  return ExitCode.OK;
}

function list(world: World, settings: Settings): void {
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const { key } = SETTINGS[name];
    if (key === undefined) continue;
    const text = textOf(settings[name]);
    const shown = SECRETS.includes(name) && text !== "" ? "(secret)" : text;
    const { source, name: from } = settings.origins[name];
    const origin = source === "env" ? from : source === "config" ? "file" : source;
    printLine(world, forOutput(world, `${key} = ${shown}  (${origin})`));
  }
}

/** What is written for a value; a list of relays takes two keys, as the original knows one relay. */
function valuesOf(
  settings: Settings,
  name: SettingName,
  text: string,
): Readonly<Record<string, ConfigValue>> {
  const value = checkedValue(settings, name, text);
  if (isAddressSetting(name)) {
    for (const one of [value].flat()) checkAddress(name, String(one), keyOf(name));
  }
  if (name !== "relays" || !Array.isArray(value)) return { [keyOf(name)]: value };
  const [first = "", ...more] = value as readonly string[];
  return { [keyOf(name)]: first, ...(more.length > 0 ? { [keyOf("moreRelays")]: more } : {}) };
}

function checkedValue(settings: Settings, name: SettingName, text: string): ConfigValue {
  const { kind }: SettingSpec<unknown> = SETTINGS[name];
  if (text.trim() === "") {
    throw new RrError("usage", `Cannot set ${keyOf(name)} to nothing`, {
      hint: `Take it out with \`rr config unset ${keyOf(name)}\``,
    });
  }
  try {
    const value = kind.fromText(text.trim(), settings.home);
    if (NAMES.includes(name)) checkedName(text.trim());
    // A path keeps its ~, so that the file can be copied to another home.
    if (typeof value === "string") return text.trim();
    if (Array.isArray(value)) return partsOfList(text);
    return value as ConfigValue;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    // A token is never refused here.
    throw new RrError("usage", `Cannot set ${keyOf(name)} to ${quoted(text)}: ${error.message}`);
  }
}

function checkedName(text: string): void {
  try {
    checkNewName(text);
  } catch {
    throw new ValueError("a name of visible characters");
  }
}

async function write(
  world: World,
  settings: Settings,
  values: Readonly<Record<string, ConfigValue>>,
  removed: readonly string[],
): Promise<void> {
  const { configPath: path } = settings;
  const old = readConfigFile(path, world.files);
  if (old.fault !== undefined) {
    throw new RrError("config", old.fault.message, { hint: `Correct "${path}" first` });
  }
  const { editConfig } = await import("../../config/edit.ts");
  const text = old.exists
    ? editConfig(old.text, values, removed.filter((key) => Object.hasOwn(old.table, key)))
    : renderConfig(values);
  if (text === old.text || (!old.exists && Object.keys(values).length === 0)) {
    printLine(world, `nothing to change in the config: ${path}`);
    return;
  }
  world.files.makePrivateFolder(folderOf(path));
  world.files.replacePrivate(path, text);
  const { tellDaemon } = await import("../machine/tell_daemon_here.ts");
  const sentence = await tellDaemon(world, settings.dbPath);
  printLine(world, `wrote config: ${path}${sentence === undefined ? "" : `; ${sentence}`}`);
}
