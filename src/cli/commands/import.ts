import { counted } from "../../base/grouped.ts";
import { HOOK_SHELLS } from "../../app/hook_file.ts";
import { takeInFirst } from "../../app/intake.ts";
import { writerFor } from "../../app/writer/writer_for.ts";
import type { ImportReport } from "../../import/import_tally.ts";
import { causeChain, RrError } from "../../base/rr_error.ts";
import type { Files, World } from "../../base/world.ts";
import { type ImportDeps, importHistory, type ImportRequest } from "../../import/import_history.ts";
import { IMPORT_SOURCES, type ImportSource, sourceIn } from "../../import/import_sources.ts";
import { filesHolding } from "../../import/handed_over.ts";
import { usualFiles } from "../../import/usual_places.ts";
import { type CaptureRules, createCaptureRules } from "../../capture/rules.ts";
import { loadSettings } from "../../config/load.ts";
import { captureOptionsOf } from "../../config/capture_options.ts";
import type { Settings } from "../../config/settings.ts";
import { expandHome } from "../../config/paths.ts";
import { printable } from "../../base/printable.ts";
import { type History, openHistory } from "../../store/file/open_history.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import { ExitCode } from "../exit_code.ts";
import {
  DEVICE_ID_FLAG,
  HOSTNAME_FLAG,
  textFlag,
  USER_ID_FLAG,
  wholeNumber,
} from "../flags/flags.ts";
import { indexWhole } from "../machine/index_whole.ts";
import { printInfo, printLine, printWarning, warnings } from "../print/print.ts";
import { startProgress } from "../print/progress.ts";
import { shellInUse } from "../machine/shell_in_use.ts";
import { systemRun } from "../../service/run.ts";

interface Flags {
  readonly from: ImportSource | undefined;
  readonly shell: ImportSource | undefined;
  readonly path: string | undefined;
  readonly limit: number | undefined;
  readonly userId: string | undefined;
  readonly deviceId: string | undefined;
  readonly hostname: string | undefined;
}

/** `rr import` */
export const command: CliCommand = defineCommand<Flags>({
  usage: ["[--from <program>] [--path <file>] [options]"],
  details:
    `Doing it again adds only what is new, even after the shell has trimmed its file. What would not
be recorded (record_ignore_regex, secrets) is not imported. Records that cannot be read are counted
and shown, and do not stop the rest. Commands without a time are put before all recorded ones.

Stop it at any time: what has been taken in stays.

Examples:
  rr import
  rr import --from zsh
  rr import --from atuin
  rr export --format jsonl | rr --db-path other.db import --from jsonl --path /dev/stdin`,
  flags: {
    from: {
      kind: "enum",
      values: IMPORT_SOURCES,
      optional: true,
      brief:
        "Whose history it is [default the shell in use; of a file, what is in it, its name, or zsh]",
    },
    shell: {
      kind: "enum",
      values: IMPORT_SOURCES,
      optional: true,
      brief: "The same as --from",
    },
    path: textFlag("The file [default where that program keeps it]", "file"),
    limit: {
      kind: "parsed",
      parse: wholeNumber(1, Number.MAX_SAFE_INTEGER),
      optional: true,
      placeholder: "n",
      brief: "Only the newest n records",
    },
    userId: USER_ID_FLAG,
    deviceId: DEVICE_ID_FLAG,
    hostname: HOSTNAME_FLAG,
  },
  run,
});

async function run(world: World, flags: Flags & GlobalFlags): Promise<number> {
  const settings = loadSettings(world, {
    dbPath: flags.dbPath,
    userId: flags.userId,
    deviceId: flags.deviceId,
    hostname: flags.hostname,
  });
  const { from, paths } = await sourceOf(world, settings, flags);
  const rules = await rulesOf(world, settings);
  if (rules === undefined) return ExitCode.OK;
  // Before anything is begun and signals are caught, as a pipe may be waited for.
  const handed = paths.map((path) => filesHolding(path, world));
  const stop = new AbortController();
  using _int = world.onSignal("SIGINT", () => stop.abort(stopped()));
  using _term = world.onSignal("SIGTERM", () => stop.abort(stopped()));
  using history = openHistory(settings.dbPath, world);
  // As what it is, not as what is imported; what a hook recorded is then known and not doubled.
  const own = loadSettings(world, { dbPath: flags.dbPath }, { lenient: true });
  await takeInFirst(world, own, () => history, warnings(world));
  const request = {
    from,
    userId: settings.userId,
    deviceId: settings.deviceId,
    hostname: settings.hostname,
    rules,
    limit: flags.limit,
    signal: stop.signal,
  };
  const { secrets, failed } = await importAll(world, history, paths, handed, request);
  await indexWithProgress(world, history, stop.signal);
  if (secrets > 0) {
    printInfo(world, `left out as they seem to hold a secret: ${counted(secrets, "command")}`);
  }
  return failed > 0 ? ExitCode.FAILURE : ExitCode.OK;
}

/** @throws {RrError} why one could not be read, if it is the only one, or why all were stopped */
async function importAll(
  world: World,
  history: History,
  paths: readonly string[],
  handed: readonly Files[],
  request: Omit<ImportRequest, "path">,
): Promise<{ readonly secrets: number; readonly failed: number }> {
  let secrets = 0;
  let failed = 0;
  for (const [at, path] of paths.entries()) {
    try {
      await using writer = await writerFor(history, world.clock, world.files.stat(path)?.size ?? 0);
      const to = { history, writer, files: handed[at]! };
      const report = await importWithProgress(world, to, { ...request, path });
      printReport(world, request.from, path, report);
      secrets += report.skippedFor.secret ?? 0;
    } catch (error) {
      // Of several that a program has, one that cannot be read does not keep the others out.
      const isLast = paths.length === 1 || request.signal?.aborted === true;
      if (isLast || !(error instanceof RrError)) throw error;
      printWarning(world, causeChain(error));
      failed++;
    }
  }
  return { secrets, failed };
}

async function indexWithProgress(
  world: World,
  history: History,
  signal: AbortSignal,
): Promise<void> {
  using progress = startProgress(world, "index");
  await indexWhole(history, (done, total) => progress.update(done, total), signal);
}

function printReport(world: World, from: ImportSource, path: string, report: ImportReport): void {
  printLine(
    world,
    `import: path=${printable(path)} shell=${from} received=${report.received} ` +
      `inserted=${report.inserted} ignored=${report.ignored} skipped=${report.skipped}`,
  );
  if (report.received + report.broken === 0) {
    printWarning(world, `there is no command in "${printable(path)}"`);
  }
  for (const { broken, at } of report.problems) printWarning(world, `record ${at}: ${broken}`);
  if (report.broken > 0) {
    printWarning(world, `${counted(report.broken, "record")} could not be read`);
  }
}

async function importWithProgress(
  world: World,
  to: Pick<ImportDeps, "history" | "writer" | "files">,
  request: ImportRequest,
): ReturnType<typeof importHistory> {
  using progress = startProgress(world, "import");
  const onProgress = (at: { done: number; total: number }): void =>
    progress.update(at.done, at.total);
  return await importHistory({ ...request, onProgress }, { ...world, ...to });
}

async function sourceOf(
  world: World,
  settings: Settings,
  { from, shell, path }: Flags,
): Promise<{ from: ImportSource; paths: readonly string[] }> {
  if (from !== undefined && shell !== undefined && from !== shell) {
    throw new RrError("usage", `Cannot import from both ${from} and ${shell}`);
  }
  const given = path?.trim() ?? "";
  const file = expandHome(given, settings.home);
  const source = from ?? shell ??
    (given === "" ? await usedShell(world) : sourceAt(file, world.files));
  const paths = given !== "" ? [file] : usualFiles(source, (name) => world.env(name), world.files);
  if (paths.length > 0) return { from: source, paths };
  throw new RrError("usage", `Cannot import from ${source} without a file`, {
    hint: "Name it with --path",
  });
}

async function usedShell(world: World): Promise<ImportSource> {
  return await shellInUse(world, systemRun) ?? "zsh";
}

/** What is in a file tells first, then its name; of one that says nothing, what the original took it for. */
function sourceAt(path: string, files: Files): ImportSource {
  const found = sourceIn(path, files);
  if (found !== undefined) return found;
  const name = path.split("/").at(-1)!;
  // Plain lines, each with a sign of its own for a newline.
  if (name.endsWith("Host_history.txt")) return "powershell";
  if (path.endsWith("nushell/history.txt")) return "nushell";
  return HOOK_SHELLS.find((shell) => name.includes(shell)) ?? "zsh";
}

async function rulesOf(world: World, settings: Settings): Promise<CaptureRules | undefined> {
  try {
    return await createCaptureRules(captureOptionsOf(settings, world));
  } catch (error) {
    if (!(error instanceof RrError) || error.code !== "config") throw error;
    printWarning(
      world,
      `invalid record ignore regex: ${error.message} (skipping import for safety)`,
    );
    return undefined;
  }
}

function stopped(): RrError {
  return new RrError("io", "The import was stopped; what had been taken in stays", {
    hint: "Run it again to take in the rest",
  });
}
