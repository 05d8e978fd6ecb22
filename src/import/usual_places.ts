/** Where programs keep their histories unless they are told otherwise. */
import type { Files } from "../base/world.ts";
import { historyShape, LOOKED_AT } from "./formats/file_kind.ts";
import type { ImportSource } from "./import_sources.ts";
import { histfilesIn, type ReadEnv } from "./start_file_says.ts";

/**
 * The files of a source that are there, the main one first; if there is none, the place where the main
 * one would be; nothing for a source that has no usual place. A program may have several: atuin moved
 * its database, zsh has no place of its own, fish keeps one file for each session name.
 */
export function usualFiles(from: ImportSource, env: ReadEnv, files: Files): string[] {
  const places = usualPlaces(from, env, files);
  const there = new Map<string, string>();
  for (const path of places) {
    const id = idOf(path, files);
    if (id !== undefined && !there.has(id)) there.set(id, path);
  }
  return there.size > 0 ? [...there.values()] : places.slice(0, 1);
}

// One file may have several names. HISTFILE=/dev/null says that there is none; what may not be looked at is
// as good as none, if there is another.
function idOf(path: string, files: Files): string | undefined {
  try {
    const { kind, id } = files.stat(path) ?? {};
    return kind === undefined || kind === "other" ? undefined : id ?? path;
  } catch {
    return undefined;
  }
}

/** What the places depend on. */
interface Ground {
  readonly env: ReadEnv;
  readonly files: Files;
  readonly home: string;
  /** The folders of the XDG rules for data, state and configuration. */
  readonly data: string;
  readonly state: string;
  readonly config: string;
}

function usualPlaces(from: ImportSource, env: ReadEnv, files: Files): string[] {
  const home = env("HOME") ?? "";
  const places = PLACES[from]({
    ...{ env, files, home },
    data: env("XDG_DATA_HOME") || `${home}/.local/share`,
    state: env("XDG_STATE_HOME") || `${home}/.local/state`,
    config: env("XDG_CONFIG_HOME") || `${home}/.config`,
  });
  return [...new Set(places)];
}

const PLACES: Readonly<Record<ImportSource, (ground: Ground) => string[]>> = {
  zsh: ({ env, files, home, data, state, config }) => {
    const own = env("ZDOTDIR") || home;
    return [
      ...named(env, files, "zsh"),
      ...histfilesIn([`${own}/.zshrc`, `${own}/.zshenv`], env, files),
      `${own}/.zsh_history`,
      `${home}/.zsh_history`,
      // What zsh's own set-up for new users writes, and where frameworks and people move it.
      `${home}/.histfile`,
      `${own}/.zhistory`,
      `${home}/.zhistory`,
      `${config}/zsh/.zsh_history`,
      `${state}/zsh/history`,
      `${data}/zsh/history`,
      `${home}/.cache/zsh/history`,
      // What a session on macOS has not put into the one for all yet.
      ...within(files, `${own}/.zsh_sessions`, ".historynew"),
    ];
  },
  bash: ({ env, files, home, state }) => [
    ...named(env, files, "bash"),
    ...histfilesIn([`${home}/.bashrc`, `${home}/.bash_profile`, `${home}/.profile`], env, files),
    `${home}/.bash_history`,
    `${state}/bash/history`,
    ...within(files, `${home}/.bash_sessions`, ".historynew"),
    ...within(files, `${home}/.bash_sessions`, ".history"),
  ],
  fish: ({ files, data, config }) => [
    `${data}/fish/fish_history`,
    ...within(files, `${data}/fish`, "_history"),
    `${config}/fish/fish_history`,
  ],
  atuin: ({ env, home, data }) => [
    ...given(env, "ATUIN_DB_PATH"),
    // Since 18.24 a new installation is all in one folder.
    `${home}/.atuin/data/history.db`,
    `${data}/atuin/history.db`,
  ],
  hishtory: ({ env, home }) => [`${home}/${env("HISHTORY_PATH") || ".hishtory"}/.hishtory.db`],
  mcfly: ({ home, data }) => [
    `${data}/mcfly/history.db`,
    `${home}/.mcfly/history.db`,
    `${home}/Library/Application Support/McFly/history.db`,
  ],
  "zsh-histdb": ({ env, home }) => [
    ...given(env, "HISTDB_FILE"),
    `${home}/.histdb/zsh-history.db`,
  ],
  resh: ({ home, data }) => [`${data}/resh/history.reshjson`, `${home}/.resh_history.json`],
  xonsh: ({ env, files, data }) => {
    const folder = env("XONSH_DATA_DIR") || `${data}/xonsh`;
    const isOld = files.list(folder).some((name) => /^xonsh-.*\.json$/.test(name));
    return [
      ...given(env, "XONSH_HISTORY_SQLITE_FILE"),
      `${folder}/xonsh-history.sqlite`,
      `${folder}/history_json`,
      // Where older ones kept them.
      ...(isOld ? [folder] : []),
    ];
  },
  nushell: ({ home, config }) =>
    [config, `${home}/Library/Application Support`].flatMap((folder) => [
      `${folder}/nushell/history.sqlite3`,
      `${folder}/nushell/history.txt`,
    ]),
  powershell: ({ files, data }) => [
    `${data}/powershell/PSReadLine/ConsoleHost_history.txt`,
    // Editors with a PowerShell in them have one of their own.
    ...within(files, `${data}/powershell/PSReadLine`, "_history.txt"),
  ],
  rustory: () => [],
  jsonl: () => [],
};

// The variable is that of the shell from which we are run: which one that is tells the name of the file, what
// is in it, or else the shell of the login.
function named(env: ReadEnv, files: Files, shell: "zsh" | "bash"): string[] {
  const path = env("HISTFILE") ?? "";
  const kind = path.startsWith("/") ? files.stat(path)?.kind ?? "file" : undefined;
  if (kind !== "file") return [];
  const name = path.slice(path.lastIndexOf("/") + 1);
  const [only, ...others] = ["zsh", "bash"].filter((one) => name.includes(one));
  const owner = only !== undefined && others.length === 0
    ? only
    : shapeOf(path, files) ?? nameOf(env("SHELL"));
  return owner === shell ? [path] : [];
}

function shapeOf(path: string, files: Files): string | undefined {
  try {
    return historyShape(files.readHead(path, LOOKED_AT) ?? new Uint8Array());
  } catch {
    return undefined; // somebody else's: who reads all of it says so
  }
}

function nameOf(program: string | undefined): string | undefined {
  return program?.slice(program.lastIndexOf("/") + 1);
}

function given(env: ReadEnv, name: string): string[] {
  const path = env(name) ?? "";
  return path === "" ? [] : [path];
}

function within(files: Files, folder: string, ending: string): string[] {
  return files.list(folder).filter((name) => name.endsWith(ending)).sort()
    .map((name) => `${folder}/${name}`);
}
