import { cleanFolder } from "../../../base/folder.ts";
import { RrError } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";
import { type CaptureRules, createCaptureRules } from "../../../capture/rules.ts";
import { tidyCommand } from "../../../capture/tidy.ts";
import { captureOptionsOf } from "../../../config/capture_options.ts";
import { loadSettingsQuickly } from "../../../config/load_quickly.ts";
import type { Settings } from "../../../config/settings.ts";
import { createEntry } from "../../../history/create_entry.ts";
import type { Entry } from "../../../history/entry.ts";
import {
  MAX_COMMAND_CHARS,
  MAX_STARTED_AT_MS,
  MIN_STARTED_AT_MS,
} from "../../../history/check_entry.ts";
import { uuidV7 } from "../../../history/uuid.ts";
import { openForRecording } from "../../../store/file/open_for_recording.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../../define_command.ts";
import { ExitCode } from "../../exit_code.ts";
import {
  DEVICE_ID_FLAG,
  HOSTNAME_FLAG,
  nameFlag,
  switchFlag,
  textFlag,
  USER_ID_FLAG,
  wholeNumber,
} from "../../flags/flags.ts";

interface Flags {
  readonly cmd: string | undefined;
  readonly cmdFile: string | undefined;
  readonly cwd: string | undefined;
  readonly exitCode: number;
  readonly durationMs: number;
  readonly startedAtMs: number | undefined;
  readonly shell: string | undefined;
  readonly hostname: string | undefined;
  readonly userId: string | undefined;
  readonly deviceId: string | undefined;
  readonly session: string | undefined;
  readonly printId: boolean;
}

/** `rr record` */
export const command: CliCommand = defineCommand<Flags>({
  usage: ["--cmd <text> [options]", "--cmd-file - [options] < file"],
  details:
    `Prints nothing unless asked to. Not stored are empty commands, rr itself, commands that match
record_ignore_regex, are run below record_ignore_dirs, or seem to hold a secret
(record_secrets_filter). A slip in the config does not stop it: see \`rr doctor\`.

With RUSTORY_ASYNC_UPLOAD=1 (async_upload) it starts a sync in the background, with
RUSTORY_AUTO_PRUNE=1 (auto_prune) it removes old entries now and then.

Examples:
  rr record --cmd 'make test' --exit-code 2 --duration-ms 5310
  rr record --cmd '-x' --print-id
  rr record --cmd-file - < long-command.txt`,
  flags: {
    cmd: textFlag("The command as typed; the next word, whatever it looks like", "text"),
    cmdFile: textFlag("Read the command from a file, - for stdin (above 128 KiB)", "file"),
    cwd: textFlag("Folder it ran in [default the current one]", "folder"),
    exitCode: {
      kind: "parsed",
      parse: wholeNumber(-(2 ** 31), 2 ** 31 - 1),
      default: "0",
      placeholder: "n",
      brief: "Its exit status",
    },
    durationMs: {
      kind: "parsed",
      parse: wholeNumber(0, Number.MAX_SAFE_INTEGER),
      default: "0",
      placeholder: "ms",
      brief: "How long it ran",
    },
    startedAtMs: {
      kind: "parsed",
      parse: wholeNumber(MIN_STARTED_AT_MS, MAX_STARTED_AT_MS),
      optional: true,
      placeholder: "ms",
      brief: "When it started, in ms since 1970 [default now]",
    },
    shell: nameFlag("Shell it was typed in [default the last part of $SHELL]", "name"),
    hostname: HOSTNAME_FLAG,
    userId: USER_ID_FLAG,
    deviceId: DEVICE_ID_FLAG,
    session: nameFlag("Shell session it was typed in [env RUSTORY_SESSION]", "id"),
    printId: switchFlag("Print the id of the new entry"),
  },
  verbatim: ["cmd", "cmdFile", "cwd", "shell", "hostname", "userId", "deviceId", "session"],
  run,
});

/** A folder as a whole path; as it is where the current one is gone. */
function wholeFolder(world: World, folder: string): string {
  const here = folder.startsWith("/") ? undefined : world.cwd();
  return here === undefined ? folder : cleanFolder(`${here}/${folder}`);
}

async function run(world: World, flags: Flags & GlobalFlags): Promise<number> {
  const settings = await loadSettingsQuickly(world, {
    dbPath: flags.dbPath,
    userId: flags.userId,
    deviceId: flags.deviceId,
    hostname: flags.hostname,
  }, { lenient: true });
  const typed = tidyCommand(commandOf(world, flags));
  const cwd = wholeFolder(world, filled(flags.cwd) ?? ".");
  const rules = await rulesOf(world, settings);
  if (typeof rules === "object" && rules.skipReason(typed, cwd) !== undefined) return ExitCode.OK;
  const entry = toEntry(world, settings, flags, typed, cwd);
  if (typeof rules === "string") {
    const { setAside } = await import("./set_aside.ts");
    setAside(world, settings, entry, { reason: rules, printId: flags.printId });
    return ExitCode.OK;
  }
  using history = openForRecording(settings.dbPath, world);
  history.append([entry]);
  if (flags.printId) world.stdout.write(`${entry.id}\n`);
  if (settings.asyncUpload || settings.autoPrune) {
    const { doDuties } = await import("./duties.ts");
    await doDuties(world, settings, history);
  }
  return ExitCode.OK;
}

// A script gives an empty text for what it does not know.
function filled(text: string | undefined): string | undefined {
  return text?.trim() === "" ? undefined : text;
}

// What is above this in bytes has more than MAX_COMMAND_CHARS characters in any case.
const MOST_COMMAND_BYTES = 4 * MAX_COMMAND_CHARS;

function commandOf(world: World, { cmd, cmdFile }: Flags): string {
  if (cmd !== undefined && cmdFile !== undefined) {
    throw new RrError("usage", "Cannot take a command from both --cmd and --cmd-file");
  }
  if (cmd !== undefined) return cmd;
  if (cmdFile === undefined) {
    throw new RrError("usage", "Cannot record without a command", {
      hint: "Give it with --cmd, or with --cmd-file - on stdin",
    });
  }
  const bytes = cmdFile === "-"
    ? world.stdin.readAll(MOST_COMMAND_BYTES)
    : world.files.readBytes(cmdFile);
  if (bytes === undefined) throw new RrError("not-found", `There is no file "${cmdFile}"`);
  return new TextDecoder().decode(bytes);
}

// With a pattern that cannot be used nothing is recorded: it may have been there to keep secrets out.
async function rulesOf(world: World, settings: Settings): Promise<CaptureRules | string> {
  try {
    return await createCaptureRules(captureOptionsOf(settings, world));
  } catch (error) {
    if (!(error instanceof RrError) || error.code !== "config") throw error;
    return error.message;
  }
}

function toEntry(
  world: World,
  settings: Settings,
  flags: Flags,
  typed: string,
  cwd: string,
): Entry {
  const now = world.clock.now();
  const startedAtMs = flags.startedAtMs ?? Math.floor(now);
  const session = filled(flags.session) ?? world.env("RUSTORY_SESSION");
  const draft = {
    startedAtMs,
    command: typed,
    cwd,
    exitCode: flags.exitCode,
    durationMs: flags.durationMs,
    shell: filled(flags.shell) ?? world.env("SHELL")?.split("/").at(-1),
    hostname: settings.hostname,
    session,
  };
  return createEntry(draft, uuidV7(startedAtMs, world.random.bytes(10)), settings);
}
