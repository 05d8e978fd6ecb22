import { counted } from "../../../base/grouped.ts";
import { refreshHookFiles, writeHookFile } from "../../../app/hook_file.ts";
import { writeOwnConfig } from "../../../app/first_config.ts";
import { causeChain, RrError } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";
import { loadSettings } from "../../../config/load.ts";
import type { Settings } from "../../../config/settings.ts";
import { loadOrCreateIdentity } from "../../../net/keys/identity.ts";
import { loadOrCreateSwarmKey } from "../../../net/keys/swarm_key.ts";
import { stopOnSignals } from "../../../process/stop_signals.ts";
import { detectManager } from "../../../service/detect.ts";
import { type Run, systemRun } from "../../../service/run.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../../define_command.ts";
import { ExitCode } from "../../exit_code.ts";
import { switchFlag } from "../../flags/flags.ts";
import { printLine, printWarning } from "../../print/print.ts";
import { startStages } from "../../print/progress.ts";
import { installOwnService, serviceDeps } from "../service/install_own.ts";
import { agreed } from "./agreed.ts";
import { checkHome, lookAround } from "./facts.ts";
import { takeHistories, type Taken } from "./histories.ts";
import { type Facts, planSetup, type StartFile, type Step, stepText } from "./plan.ts";
import { lineFor, withBlock } from "./start_file.ts";
import { writeStartFile } from "./start_paths.ts";

interface Flags {
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly noService: boolean;
  readonly noImport: boolean;
}

/** What the steps share. */
interface Work {
  readonly world: World;
  readonly settings: Settings;
  readonly facts: Facts;
  readonly dbPath: string | undefined;
  readonly run: Run;
  readonly signal: AbortSignal;
  /** Takes what a person should know. */
  warn(text: string): void;
  /** How much of the step is done, from 0 to 1. */
  at(share: number): void;
}

/** The command, with the way in which it runs programs. */
export function setupCommand(run: Run): CliCommand {
  return defineCommand<Flags>({
    usage: ["[--yes] [--dry-run] [--no-import] [--no-service]"],
    details:
      `Says what it will do, asks, and does it: config and keys, the lines in the start files of
your shells that load the hook and completions, the histories that are there (atuin, hishtory,
zsh-histdb, resh, mcfly, xonsh, nushell, zsh, bash, fish, powershell), and the daemon. Done again it
repairs and takes in what is new. The rest of a start file stays byte for byte; the hook is a file of
its own, so that a new shell starts no process for it.

A start file behind a link is written where it lies. For one that cannot be written it says what to
add. Where nothing can run the daemon it says how you can.

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
    run: (world, flags) => setUp(world, flags, run),
  });
}

/** `rr setup` */
export const command: CliCommand = setupCommand(systemRun);

async function setUp(world: World, flags: Flags & GlobalFlags, run: Run): Promise<number> {
  const settings = loadSettings(world, { dbPath: flags.dbPath });
  checkHome(world, settings.home);
  const facts = await lookAround(world, settings, run, flags);
  const steps = planSetup(facts, flags);
  printLine(world, flags.dryRun ? "This would be done:" : "This will be done:");
  for (const step of steps) printLine(world, `  - ${stepText(step, facts)}`);
  if (flags.dryRun) return ExitCode.OK;
  if (!flags.yes && !agreed(world, "yes")) {
    printLine(world, "Nothing was changed.");
    return ExitCode.FAILURE;
  }
  using stop = stopOnSignals(world);
  const done = await carryOut(steps, {
    ...{ world, settings, facts, run, dbPath: flags.dbPath, signal: stop.signal },
  });
  for (const warning of done.warnings) printWarning(world, warning);
  if (!facts.isOnPath) {
    printWarning(
      world,
      "there is no rr on your PATH: put it into a folder that is, such as ~/.local/bin",
    );
  }
  printLine(world, lastLine(steps, done));
  return done.failed === 0 ? ExitCode.OK : ExitCode.FAILURE;
}

/** What came of the steps. */
export interface Done {
  /** What went wrong or a person should know, in sentences. */
  readonly warnings: readonly string[];
  readonly failed: number;
  readonly taken: Taken | undefined;
}

/** How long a step takes beside the others, and what it is called meanwhile. */
const STAGES: Readonly<Record<Step["do"], readonly [weight: number, name: string]>> = {
  config: [2, "config and keys"],
  hook: [1, "hooks"],
  tell: [1, "hooks"],
  import: [60, "importing"],
  service: [36, "starting the daemon"],
  "tell-service": [1, "looking for a service manager"],
};

async function carryOut(steps: readonly Step[], work: Omit<Work, "at" | "warn">): Promise<Done> {
  // Printed at once they would tear the bar.
  const warnings: string[] = [];
  const warn = (text: string): void => void warnings.push(text);
  const all = steps.reduce((sum, step) => sum + STAGES[step.do][0], 0);
  using bar = startStages(work.world);
  let before = 0;
  let failed = 0;
  let taken: Taken | undefined;
  for (const step of steps) {
    const [weight, name] = STAGES[step.do];
    const at = (share: number): void => bar.at((before + share * weight) / all, name);
    at(0);
    try {
      const one = await perform(step, { ...work, warn, at });
      if (one !== undefined) taken = one;
    } catch (error) {
      work.signal.throwIfAborted();
      if (!(error instanceof RrError)) throw error;
      // One that fails does not keep the others from being tried.
      failed++;
      warn(`Could not ${stepText(step, work.facts)}: ${causeChain(error)}`);
      if (error.hint !== undefined) warn(error.hint);
    }
    before += weight;
  }
  return { warnings, failed: failed + (taken?.failed ?? 0), taken };
}

async function perform(step: Step, work: Work): Promise<Taken | undefined> {
  const { world, settings, warn, at: onProgress, signal } = work;
  switch (step.do) {
    case "config":
      await makeConfig(work);
      return;
    case "hook":
      if (step.block !== "own-line") await renewHook(world, settings, step.file);
      if (step.block === "put" || step.block === "mend") {
        writeStartFile(world, step.file.path, withBlock(step.file.text, step.file.shell));
      }
      return;
    case "tell":
      await renewHook(world, settings, step.file);
      warn(
        `${step.file.path} cannot be written: ${step.file.obstacle}; add this line to it: ` +
          `\`${lineFor(step.file.shell)}\``,
      );
      return;
    case "import":
      return await takeHistories(world, settings, step.histories, { onProgress, warn, signal });
    case "service":
      await startService(work);
      return;
    case "tell-service":
      warn(
        `Nothing here can run the daemon: ${step.why}; \`rr service install\` says what you can do`,
      );
  }
}

async function makeConfig({ world, settings, facts, warn }: Work): Promise<void> {
  if (!facts.configExists) {
    const { warnings } = await writeOwnConfig(world, settings, false);
    for (const warning of warnings) warn(warning);
  }
  await loadOrCreateSwarmKey(settings.swarmKeyPath, world);
  await loadOrCreateIdentity(settings.p2pIdentityKeyPath, world);
}

async function startService({ world, dbPath, run, warn }: Work): Promise<void> {
  const deps = serviceDeps(world, run);
  const { manager } = await detectManager(world.os, deps);
  if (manager === undefined) throw new RrError("not-found", "the service manager is gone");
  const { state } = await installOwnService(world, { dbPath, force: false }, manager, deps, warn);
  for (const sentence of await manager.advice()) warn(sentence);
  if (state?.phase === "running" || state?.phase === "starting") return;
  throw new RrError("io", `it is ${state?.phase ?? "unknown"}`, { hint: "See `rr service logs`" });
}

// One that is there may have been made with options, which stay.
async function renewHook(world: World, settings: Settings, file: StartFile): Promise<void> {
  if (world.files.stat(file.hookFile) === undefined) {
    await writeHookFile(world, settings, file.shell);
  } else {
    await refreshHookFiles(world, settings);
  }
}

function lastLine(steps: readonly Step[], { failed, taken }: Done): string {
  if (failed > 0) return "Not everything worked, see above; `rr setup` again tries the rest.";
  const ready = `Ready${takenText(taken)}`;
  if (steps.some((step) => step.do === "hook")) {
    return `${ready}. Open a new terminal and press ctrl-r; \`rr pair\` brings in another machine.`;
  }
  return steps.some((step) => step.do === "tell")
    ? `${ready}, but for the start file: add the line above, open a terminal, press ctrl-r.`
    : `${ready}, but nothing is recorded: neither zsh, bash nor fish is in use here. ` +
      "`rr search -i` searches; `rr hook --help` says how a shell records.";
}

function takenText(taken: Taken | undefined): string {
  if (taken === undefined || taken.inserted === 0) return "";
  const left = taken.secrets === 0
    ? ""
    : `, without ${taken.secrets} that ${taken.secrets === 1 ? "holds" : "hold"} a secret`;
  return ` with ${counted(taken.inserted, "old command")}${left}`;
}
