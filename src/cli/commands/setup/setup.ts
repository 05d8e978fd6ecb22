import { refreshHookFiles, writeHookFile } from "../../../app/hook_file.ts";
import { causeChain, RrError } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";
import { loadSettings } from "../../../config/load.ts";
import { folderOf } from "../../../config/paths.ts";
import type { Settings } from "../../../config/settings.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../../define_command.ts";
import { ExitCode } from "../../exit_code.ts";
import { switchFlag } from "../../flags.ts";
import { printLine, printWarning } from "../../print.ts";
import { lookAround } from "./facts.ts";
import { type Facts, planSetup, type StartFile, type Step, stepText } from "./plan.ts";
import { blockFor, withBlock } from "./start_file.ts";

interface Flags {
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly noService: boolean;
  readonly noImport: boolean;
}

/** `rr setup` */
export const command: CliCommand = defineCommand<Flags>({
  usage: ["[--yes] [--dry-run] [--no-import] [--no-service]"],
  details:
    `Says what it will do, asks, and does it: config and keys, the lines in the start files of
your shells that load the hook and completions, the histories that are there (zsh, bash, fish, atuin,
hishtory, mcfly), and the daemon. Done again it repairs and takes in what is new. The rest of a start
file stays byte for byte; the hook is a file of its own, so that a new shell starts no process for it.

\`rr uninstall\` takes it back. Each step is a command too: rr init, rr hook, rr import, rr service.

Examples:
  rr setup
  rr setup --dry-run
  rr setup --yes --no-service`,
  flags: {
    yes: switchFlag("Do not ask"),
    dryRun: switchFlag("Only say what would be done"),
    noService: switchFlag("Leave the daemon out"),
    noImport: switchFlag("Leave old histories out"),
  },
  aliases: { y: "yes" },
  run,
});

async function run(world: World, flags: Flags & GlobalFlags): Promise<number> {
  const settings = loadSettings(world, { dbPath: flags.dbPath });
  const facts = lookAround(world, settings);
  const steps = planSetup(facts, flags);
  printLine(world, flags.dryRun ? "This would be done:" : "This will be done:");
  for (const step of steps) printLine(world, `  - ${stepText(step, facts)}`);
  if (flags.dryRun) return ExitCode.OK;
  if (!flags.yes && !agreed(world)) {
    printLine(world, "Nothing was changed.");
    return ExitCode.FAILURE;
  }
  let failed = 0;
  for (const step of steps) {
    if (!await tried(world, step, facts, () => perform(world, settings, step, flags))) failed++;
  }
  printLine(world, lastLine(steps, failed));
  return failed === 0 ? ExitCode.OK : ExitCode.FAILURE;
}

function agreed(world: World): boolean {
  if (!world.stdin.isTerminal()) {
    throw new RrError("usage", "Cannot ask whether to go on: there is no terminal", {
      hint: "Say --yes, or --dry-run to see what would be done",
    });
  }
  world.stdout.write("Go on? [Y/n] ");
  return /^(y(es)?)?$/i.test(world.stdin.readLine()?.trim() ?? "n");
}

/** Whether a step was done; one that fails does not keep the others from being tried. */
async function tried(
  world: World,
  step: Step,
  facts: Facts,
  act: () => Promise<number>,
): Promise<boolean> {
  try {
    return await act() === ExitCode.OK;
  } catch (error) {
    if (!(error instanceof RrError)) throw error;
    printWarning(world, `Could not ${stepText(step, facts)}: ${causeChain(error)}`);
    if (error.hint !== undefined) printWarning(world, error.hint);
    return false;
  }
}

async function perform(
  world: World,
  settings: Settings,
  step: Step,
  { dbPath }: GlobalFlags,
): Promise<number> {
  switch (step.do) {
    case "config":
      return await runOther(world, "../init.ts", {
        dbPath: settings.configExists ? undefined : dbPath,
      });
    case "hook":
      if (step.block !== "own-line") await renewHook(world, settings, step.file);
      if (step.block === "put") putBlock(world, step.file);
      return ExitCode.OK;
    case "tell":
      await renewHook(world, settings, step.file);
      printWarning(world, `${step.file.path} cannot be written; add these lines to it:`);
      world.stderr.write(blockFor(step.file.hookFile));
      return ExitCode.OK;
    case "import":
      return await runOther(world, "../import.ts", { dbPath, from: step.from, path: step.path });
    case "service":
      return await runOther(world, "../service/service.ts", { dbPath, lines: 1 }, ["install"]);
  }
}

type Other = "../init.ts" | "../import.ts" | "../service/service.ts";

async function runOther(
  world: World,
  file: Other,
  flags: object,
  words: readonly string[] = [],
): Promise<number> {
  const { command } = file === "../init.ts"
    ? await import("../init.ts")
    : file === "../import.ts"
    ? await import("../import.ts")
    : await import("../service/service.ts");
  return await command.run(world, flags, words);
}

// One that is there may have been made with options, which stay.
async function renewHook(world: World, settings: Settings, file: StartFile): Promise<void> {
  if (world.files.stat(file.hookFile) === undefined) {
    await writeHookFile(world, settings, file.shell, false);
  } else {
    await refreshHookFiles(world, settings);
  }
}

function putBlock(world: World, { path, text, hookFile }: StartFile): void {
  const mode = world.files.stat(path)?.mode;
  world.files.makePrivateFolder(folderOf(path));
  world.files.replacePrivate(path, withBlock(text ?? "", blockFor(hookFile)));
  if (mode !== undefined) world.files.chmod(path, mode);
}

function lastLine(steps: readonly Step[], failed: number): string {
  if (failed > 0) return "Not everything worked, see above; `rr setup` again tries the rest.";
  const hooked = steps.some((step) => step.do === "hook");
  return hooked
    ? "Done. Open a new terminal and press ctrl-r; `rr pair` brings in another machine."
    : "Done. `rr search -i` searches; `rr hook --help` says how a shell records.";
}
