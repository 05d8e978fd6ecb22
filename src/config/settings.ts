/** What the settings of a run are, and how they come together. */
import { quoted } from "../base/printable.ts";
import { RrError } from "../base/rr_error.ts";
import type { World } from "../base/world.ts";
import type { ConfigFile } from "./config_file.ts";
import { ValueError } from "./kinds.ts";
import { homeFolder } from "./paths.ts";
import {
  SETTING_NAMES,
  type SettingName,
  SETTINGS,
  type SettingSpec,
  type SettingValues,
  type Surroundings,
} from "./schema.ts";

/** Where a value came from. */
export interface Origin {
  readonly source: "flag" | "env" | "config" | "default";
  /** The flag, the variable or the key; `default` for a default. */
  readonly name: string;
}

/** Something in the file or the environment that a person should put right. */
export interface SettingProblem {
  /** `syntax`: the file cannot be read; `value`: one value is refused; `unknown-key`: not used. */
  readonly kind: "syntax" | "value" | "unknown-key";
  /** The setting that the value was for. */
  readonly setting?: SettingName;
  /** What is wrong, naming the variable or key; never the value. */
  readonly message: string;
  /** What to do. */
  readonly hint: string;
}

/** All settings of a run, where each came from, and what was wrong on the way. */
export interface Settings extends SettingValues {
  readonly home: string;
  readonly configPath: string;
  readonly configExists: boolean;
  readonly origins: Readonly<Record<SettingName, Origin>>;
  readonly problems: readonly SettingProblem[];
}

/** Values of flags: text as typed, or already parsed. A flag that was not given is `undefined`. */
export type SettingFlags = {
  readonly [K in SettingName]?: SettingValues[K] | string | readonly string[] | undefined;
};

/** What of the machine the settings depend on. */
export type ConfigWorld = Pick<World, "env" | "files" | "hostname">;

/** How loading settings treats what is wrong. */
export interface LoadOptions {
  /**
   * Go on without what cannot be used, and list it in {@linkcode Settings.problems}: for recording
   * and searching, which a slip in the config must not stop. A wrong flag is an error in any case.
   *
   * @default {false}
   */
  readonly lenient?: boolean;
  /**
   * The settings that the command uses: a value of another one that cannot be used is only listed.
   *
   * @default {all}
   */
  readonly needs?: readonly SettingName[];
}

/**
 * The settings that flags, environment, config file and defaults make; see
 * {@linkcode import("./load.ts").loadSettings}. `unknown` are the keys that the file should not have.
 */
export function settingsFrom(
  world: ConfigWorld,
  file: ConfigFile,
  flags: SettingFlags,
  options: LoadOptions,
  unknown: readonly SettingProblem[],
): Settings {
  const home = homeFolder((name) => world.env(name));
  const loading = beginLoading(world, home, file, unknown);
  const values: Record<string, unknown> = {};
  for (const name of SETTING_NAMES) values[name] = valueOf(loading, name, flags[name]);
  const settings = {
    ...(values as unknown as SettingValues),
    home,
    configPath: file.path,
    configExists: file.exists,
    origins: loading.origins as Settings["origins"],
    problems: loading.problems,
  };
  if (options.lenient !== true) throwFirst(settings.problems, options.needs);
  const isChosen = ["flag", "env"].includes(settings.origins.relays.source);
  return {
    ...settings,
    // Those of the config file are one list in two keys.
    relays: isChosen ? settings.relays : [...new Set([...settings.relays, ...settings.moreRelays])],
    p2pRequestTimeoutCapSec: Math.max(
      settings.p2pRequestTimeoutCapSec,
      settings.p2pRequestTimeoutBaseSec,
    ),
  };
}

function throwFirst(
  problems: readonly SettingProblem[],
  needs: readonly SettingName[] = SETTING_NAMES,
): void {
  const first = problems.find(({ kind, setting }) =>
    kind === "syntax" || (setting !== undefined && needs.includes(setting))
  );
  if (first) throw new RrError("config", first.message, { hint: first.hint });
}

/** Settings on their way together; functions of it and no class, as those are compiled with the file. */
interface Loading {
  readonly around: Surroundings;
  readonly file: ConfigFile;
  readonly origins: Partial<Record<SettingName, Origin>>;
  readonly problems: SettingProblem[];
}

function beginLoading(
  world: ConfigWorld,
  home: string,
  file: ConfigFile,
  unknown: readonly SettingProblem[],
): Loading {
  const around: Surroundings = {
    env: (name) => world.env(name),
    home,
    hostname: hostnameOf(world),
  };
  const problems: SettingProblem[] = [];
  if (file.fault) {
    problems.push({
      kind: "syntax",
      message: file.fault.message,
      hint: `Correct "${file.path}", or write a new one with \`rr init --force\` (keeps a backup)`,
    });
  }
  problems.push(...unknown);
  return { around, file, origins: {}, problems };
}

function valueOf(loading: Loading, name: SettingName, flag: unknown): unknown {
  const spec: SettingSpec<unknown> = SETTINGS[name];
  return fromFlag(loading, name, spec, flag) ?? fromEnv(loading, name, spec) ??
    fromFile(loading, name, spec) ?? fallback(loading, name, spec);
}

function fromFlag(
  { around, origins }: Loading,
  name: SettingName,
  spec: SettingSpec<unknown>,
  flag: unknown,
): unknown {
  if (flag === undefined) return undefined;
  const origin = spec.flag ?? name;
  try {
    const value = typeof flag !== "string"
      ? spec.kind.fromToml(flag, around.home)
      : flag.trim() === ""
      ? undefined
      : spec.kind.fromText(flag.trim(), around.home);
    if (value !== undefined) origins[name] = { source: "flag", name: origin };
    return value;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    // No kind of text refuses a value, so that what is repeated here is no token.
    throw new RrError("usage", `Cannot use ${quoted(`${flag}`)} for ${origin}: ${error.message}`);
  }
}

function fromEnv(loading: Loading, name: SettingName, spec: SettingSpec<unknown>): unknown {
  const { env, home } = loading.around;
  const text = spec.env === undefined ? undefined : env(spec.env)?.trim();
  if (spec.env === undefined || text === undefined || text === "") return undefined;
  return take(
    loading,
    name,
    { source: "env", name: spec.env },
    () => spec.kind.fromText(text, home),
  );
}

function fromFile(loading: Loading, name: SettingName, spec: SettingSpec<unknown>): unknown {
  const { around, file: { table } } = loading;
  if (spec.key === undefined || !Object.hasOwn(table, spec.key)) return undefined;
  const written = table[spec.key];
  const origin: Origin = { source: "config", name: spec.key };
  return take(loading, name, origin, () => spec.kind.fromToml(written, around.home));
}

/** What is read, with where it is from; what cannot be used is noted, and is as if it were not there. */
function take(
  { origins, problems, file: { path } }: Loading,
  setting: SettingName,
  origin: Origin,
  read: () => unknown,
): unknown {
  try {
    const value = read();
    if (value !== undefined) origins[setting] = origin;
    return value;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const { source, name } = origin;
    const [what, hint] = source === "env"
      ? [`the environment variable ${name}`, `Set ${name} to another value`]
      : [`the key ${name} of the config "${path}"`, `Correct ${name} there`];
    problems.push({
      kind: "value",
      setting,
      message: `Cannot use ${what}: ${error.message}`,
      hint,
    });
    return undefined;
  }
}

function fallback(
  { around, origins }: Loading,
  name: SettingName,
  spec: SettingSpec<unknown>,
): unknown {
  origins[name] = FALLEN_BACK;
  return spec.fallback(around);
}

const FALLEN_BACK: Origin = { source: "default", name: "default" };

function hostnameOf(world: ConfigWorld): string | undefined {
  const name = world.hostname()?.trim();
  return name === undefined || name === "" ? undefined : name;
}
