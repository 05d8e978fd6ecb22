import { shellWord } from "../../../../base/shell_words.ts";
import { counted } from "../../../../base/grouped.ts";
import { accessSync, constants } from "node:fs";
import { RrError } from "../../../../base/rr_error.ts";
import { spoolFolder } from "../../../../config/paths.ts";
import { systemRun } from "../../../../service/run.ts";
import { inspectSpools } from "../../../../spool/inspect.ts";
import { openHistory } from "../../../../store/file/open_history.ts";
import { span } from "../../../print/entry_format.ts";
import type { Check, DoctorContext, Finding } from "../finding.ts";
import { type ShellInUse, shellInUse } from "./shell_in_use.ts";

/** Whether the shell in use records, when it last did, and what waits to be taken in. */
export const checkHook: Check = { name: "hook", run };

/** A command is taken in by the daemon within a second, and by any search. */
const LONG_MS = 60 * 60_000;

async function run(context: DoctorContext): Promise<Finding[]> {
  return [...await hookFindings(context), ...spoolFindings(context)];
}

async function hookFindings(context: DoctorContext): Promise<Finding[]> {
  const shell = await shellInUse(context.world, systemRun);
  if (shell === undefined) {
    const login = context.world.env("SHELL")?.split("/").at(-1) ?? "";
    const message = `The hook is for zsh, bash or fish; the login shell is "${login}"`;
    return [{ level: "info", message }];
  }
  const files = startFiles(context, shell.name);
  const file = files.find((path) => LOADS_HOOK.test(readIfThere(context, path)));
  return [judged(context, shell, files[0]!, file)];
}

/** What start file and running shell mean together. */
function judged(context: DoctorContext, shell: ShellInUse, first: string, file?: string): Finding {
  const when = lastRecordedText(context);
  const hint = `Say \`rr setup\`, or add this line to it: \`${LINES[shell.name]}\``;
  if (shell.isHooked) {
    const fault = unwritable(context, shell.name);
    if (fault !== undefined) return fault;
    if (file !== undefined) return { level: "ok", message: `In ${file}; ${when}` };
    return {
      level: "warn",
      message: `This ${shell.name} records, but no other will: ${first} does not load the hook`,
      hint,
    };
  }
  if (file === undefined) {
    return {
      level: shell.pid === undefined ? "warn" : "error",
      message: `Nothing that is typed is recorded: ${first} does not load the hook; ${when}`,
      hint,
    };
  }
  if (shell.isHooked === undefined) return { level: "ok", message: `In ${file}; ${when}` };
  return {
    level: "warn",
    message: `This ${shell.name} (pid ${shell.pid}) does not record: it was started before ` +
      `${file} loaded the hook, or passes it by`,
    hint: `Start it anew: exec ${shell.name}`,
  };
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
    default: {
      const folder = `${world.env("XDG_CONFIG_HOME") ?? `${home}/.config`}/fish`;
      const more = world.files.list(`${folder}/conf.d`).filter((name) => name.endsWith(".fish"));
      return [`${folder}/config.fish`, ...more.map((name) => `${folder}/conf.d/${name}`)];
    }
  }
}

function readIfThere({ world }: DoctorContext, path: string): string {
  try {
    return world.files.readText(path) ?? "";
  } catch {
    return "";
  }
}

/** Why the hook cannot write its records, as far as the folder tells. */
function unwritable({ world, settings }: DoctorContext, shell: string): Finding | undefined {
  const folder = spoolFolder(settings.dbPath);
  const fault = (why: string, hint: string): Finding => {
    return { level: "error", message: `This ${shell} cannot record: ${why}`, hint };
  };
  if (world.files.stat(folder) === undefined) {
    return fault(`the folder "${folder}" is gone`, `The next shell makes it: exec ${shell}`);
  }
  const session = world.env("RUSTORY_SESSION");
  const spool = `${folder}/${session}.spool`;
  for (const path of world.files.stat(spool) === undefined ? [folder] : [folder, spool]) {
    try {
      accessSync(path, constants.W_OK);
    } catch {
      const hint = `Give it back to its owner: sudo chown -R "$USER" ${shellWord(folder)}`;
      return fault(`"${path}" cannot be written by this user`, hint);
    }
  }
  return undefined;
}

function lastRecordedText(context: DoctorContext): string {
  const last = lastRecordedMs(context);
  return last === undefined
    ? "nothing has been recorded on this device yet"
    // What was imported counts too, so it is not said to have been recorded.
    : `the newest command of this device ended ${
      span(Math.max(0, context.world.clock.now() - last))
    } ago`;
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
  const { waiting, sessions, newestMs, torn, unreadable } = inspectSpools(folder, world.files);
  const found = unreadable.map((path): Finding => ({
    level: "error",
    message:
      `Cannot read recorded commands: "${path}" belongs to another user, or has another mode`,
    hint: `A shell of root with this home wrote it: sudo chown "$USER" ${
      shellWord(path)
    }, or remove it`,
  }));
  if (waiting > 0) {
    const age = Math.max(0, world.clock.now() - (newestMs ?? world.clock.now()));
    found.push({
      level: age > LONG_MS ? "warn" : "info",
      message: `Waiting to be taken in: ${counted(waiting, "command")} of ${
        counted(sessions, "shell")
      }`,
      hint: "`rr search` takes them in; if they stay, the pattern of record_ignore_regex is wrong",
    });
  }
  if (torn > 0) {
    found.push({
      level: "info",
      message: `Cut short by a crash or a full disk, and set aside: ${counted(torn, "record")}`,
      hint: `They may be removed: rm ${shellWord(folder)}/*.torn`,
    });
  }
  return found;
}
