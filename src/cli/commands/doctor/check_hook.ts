import { RrError } from "../../../base/rr_error.ts";
import { spoolFolder } from "../../../config/paths.ts";
import { inspectSpools } from "../../../spool/inspect.ts";
import { openHistory } from "../../../store/file/open_history.ts";
import { span } from "../../entry_format.ts";
import type { Check, DoctorContext, Finding } from "./finding.ts";

/** Whether the shell records, when it last did, and what waits to be taken in. */
export const checkHook: Check = { name: "hook", run };

/** A command is taken in by the daemon within a second, and by any search. */
const LONG_MS = 60 * 60_000;

function run(context: DoctorContext): Finding[] {
  return [...hookFindings(context), ...spoolFindings(context)];
}

function hookFindings(context: DoctorContext): Finding[] {
  const { world } = context;
  const shell = world.env("SHELL")?.split("/").at(-1) ?? "";
  const files = startFiles(context, shell);
  if (files.length === 0) {
    const known = "zsh, bash or fish";
    return [{ level: "info", message: `The hook is for ${known}; the login shell is "${shell}"` }];
  }
  const file = files.find((path) => LOADS_HOOK.test(readIfThere(context, path)));
  const last = lastRecordedMs(context);
  const when = last === undefined
    ? "nothing has been recorded on this device yet"
    : `last recorded ${span(Math.max(0, world.clock.now() - last))} ago`;
  if (file !== undefined) return [{ level: "ok", message: `In ${file}; ${when}` }];
  return [{
    level: "info",
    message: `${files[0]} does not load the hook; ${when}`,
    hint: `Say rr setup, or add to it: ${LINES[shell]}`,
  }];
}

/** A line that runs `rr hook`, or sources the file that `rr setup` wrote. */
const LOADS_HOOK = /^[^#\n]*(?:\brr(?:\.js)?\b.*\bhook\b|\/rustory\/hook\.)/m;

const LINES: Readonly<Record<string, string>> = {
  zsh: "source <(rr hook --shell zsh)",
  bash: 'eval "$(rr hook --shell bash)"',
  fish: "rr hook --shell fish | source",
};

function startFiles({ world, settings: { home } }: DoctorContext, shell: string): string[] {
  switch (shell) {
    case "zsh":
      return [`${world.env("ZDOTDIR") ?? home}/.zshrc`, `${home}/.zshenv`];
    case "bash":
      return [`${home}/.bashrc`, `${home}/.bash_profile`, `${home}/.profile`];
    case "fish": {
      const folder = `${world.env("XDG_CONFIG_HOME") ?? `${home}/.config`}/fish`;
      const more = world.files.list(`${folder}/conf.d`).filter((name) => name.endsWith(".fish"));
      return [`${folder}/config.fish`, ...more.map((name) => `${folder}/conf.d/${name}`)];
    }
    default:
      return [];
  }
}

function readIfThere({ world }: DoctorContext, path: string): string {
  try {
    return world.files.readText(path) ?? "";
  } catch {
    return "";
  }
}

function lastRecordedMs({ world, settings }: DoctorContext): number | undefined {
  const { newestMs } = inspectSpools(spoolFolder(settings.dbPath), world.files);
  try {
    using history = openHistory(settings.dbPath, {
      files: world.files,
      clock: world.clock,
      mode: "readonly",
    });
    const [newest] = history.search.find({ deviceId: settings.deviceId, limit: 1 });
    if (newest === undefined) return newestMs;
    return Math.max(newest.startedAtMs + newest.durationMs, newestMs ?? 0);
  } catch (error) {
    if (error instanceof RrError) return newestMs;
    throw error;
  }
}

function spoolFindings({ world, settings }: DoctorContext): Finding[] {
  const folder = spoolFolder(settings.dbPath);
  const { waiting, sessions, newestMs, torn } = inspectSpools(folder, world.files);
  const found: Finding[] = [];
  if (waiting > 0) {
    const age = Math.max(0, world.clock.now() - (newestMs ?? world.clock.now()));
    found.push({
      level: age > LONG_MS ? "warn" : "info",
      message: `${waiting} commands of ${sessions} shells wait to be taken in`,
      hint: "rr search takes them in; if they stay, the pattern of record_ignore_regex is wrong",
    });
  }
  if (torn > 0) {
    found.push({
      level: "info",
      message: `${torn} records were cut short, by a crash or a full disk, and set aside`,
      hint: `They may be removed: rm ${folder}/*.torn`,
    });
  }
  return found;
}
