/** `rr service`: the daemon as a service of launchd or `systemd --user`. */
import { RrError } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";
import { detectManager } from "../../../service/detect.ts";
import { uninstall } from "../../../service/install.ts";
import {
  notInstalled,
  type ServiceDeps,
  type ServiceManager,
  type ServiceState,
  settle,
} from "../../../service/manager.ts";
import { authorship } from "../../../service/marker.ts";
import { type Run, systemRun } from "../../../service/run.ts";
import {
  type CliCommand,
  defineCommand,
  type GlobalFlags,
  type VerbsSpec,
} from "../../define_command.ts";
import { ExitCode } from "../../exit_code.ts";
import {
  printError,
  printHint,
  printJson,
  printLine,
  printWarning,
  warnings,
} from "../../print/print.ts";
import { unknownVerb } from "../../unknown_verb.ts";
import { installOwnService, serviceDeps } from "./install_own.ts";
import { explain, stateLine, statusJson, statusLines } from "./text.ts";

interface Flags {
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly json: boolean;
  readonly lines: number;
  readonly follow: boolean;
}

const VERBS = {
  install: { brief: "Write the unit, enable and start it", flags: ["dryRun", "force"] },
  uninstall: { brief: "Stop it and remove the unit", flags: ["dryRun", "force"] },
  start: { brief: "Start it", flags: ["dryRun"] },
  stop: { brief: "Stop it", flags: ["dryRun"] },
  restart: { brief: "Stop it and start it again", flags: ["dryRun"] },
  status: { brief: "Say whether it runs", flags: ["json"] },
  logs: { brief: "Show the last lines of its log", flags: ["lines", "follow"] },
} as const satisfies VerbsSpec<keyof Flags>;
type Verb = keyof typeof VERBS;

const CANNOT: Readonly<Record<Verb, string>> = {
  install: "Cannot install the service",
  uninstall: "Cannot uninstall the service",
  start: "Cannot start the service",
  stop: "Cannot stop the service",
  restart: "Cannot restart the service",
  status: "Cannot tell how the service is",
  logs: "Cannot show the log of the service",
};

/** Exit codes of `rr service status`, as the status of an init script has them. */
const STATUS_STOPPED = 3;
const STATUS_NOT_INSTALLED = 4;

interface Work {
  readonly world: World;
  readonly flags: Flags & GlobalFlags;
  readonly deps: ServiceDeps;
  readonly manager: ServiceManager;
}

/** The command, with the way in which it runs programs. */
export function serviceCommand(run: Run): CliCommand {
  return defineCommand<Flags, [string]>({
    details: `  install    write the unit, enable and start it (may be repeated)
  uninstall  stop it and remove the unit; history, keys and config stay
  start, stop, restart
  status     exit code 0: running, 3: not running, 4: not installed
  logs       the last lines of its log

Uses launchd on macOS and systemd --user on Linux. An edited unit is never replaced or removed
without --force. RUSTORY_USER_ID and RUSTORY_DEVICE_ID are written into the unit if they are set;
everything else the service reads from the config file.

Examples:
  rr service install --dry-run
  rr service logs --follow`,
    usage: [
      "install|uninstall [--dry-run] [--force]",
      "start|stop|restart [--dry-run]",
      "status [--json]",
      "logs [--lines <n>] [--follow]",
    ],
    flags: {
      dryRun: { kind: "boolean", brief: "Print what would be done, do nothing", default: false },
      force: { kind: "boolean", brief: "Replace or remove an edited unit", default: false },
      json: { kind: "boolean", brief: "status: print JSON", default: false },
      lines: {
        kind: "parsed",
        parse: parseLines,
        default: "100",
        placeholder: "n",
        brief: "logs: how many lines back",
      },
      follow: { kind: "boolean", brief: "logs: go on with new lines", default: false },
    },
    aliases: { f: "follow", n: "lines" },
    verbs: VERBS,
    words: {
      kind: "tuple",
      parameters: [{
        brief: "What to do",
        placeholder: "verb",
      }],
    },
    run: (world, flags, [verb]) => runService(world, flags, parseVerb(verb), run),
  });
}

/** The command, with the service managers of this system. */
export const command: CliCommand = serviceCommand(systemRun);

async function runService(
  world: World,
  flags: Flags & GlobalFlags,
  verb: Verb,
  run: Run,
): Promise<number> {
  const print = (line: string): void => world.stdout.write(`${line}\n`); // of a file, word by word
  const deps = serviceDeps(world, run, flags.dryRun ? print : undefined);
  const detected = await detectManager(world.os, deps);
  if (detected.manager === undefined) {
    const error = new RrError("not-found", `${CANNOT[verb]}: ${detected.why}`);
    printError(world, error);
    const instead = verb === "install"
      ? detected.instead
      : ["`rr service install` says what else can run the daemon here"];
    for (const sentence of [...detected.reach, ...instead]) printHint(world, sentence);
    return ExitCode.FAILURE;
  }
  const work: Work = { world, flags, deps, manager: detected.manager };
  switch (verb) {
    case "install":
      return await runInstall(work);
    case "uninstall":
      return await runUninstall(work);
    case "status":
      return await runStatus(work);
    case "logs":
      return await runLogs(work, run);
    default:
      return await runControl(work, verb);
  }
}

async function runInstall({ world, flags, deps, manager }: Work): Promise<number> {
  const warn = warnings(world);
  const { unit, state } = await installOwnService(world, flags, manager, deps, warn);
  if (state === undefined) return ExitCode.OK;
  printLine(world, `unit: ${manager.unitPath} (${unit})`);
  for (const sentence of await manager.advice()) printLine(world, `note: ${sentence}`);
  return report(world, state);
}

async function runUninstall({ world, flags, deps, manager }: Work): Promise<number> {
  const done = await uninstall(manager, deps, { force: flags.force });
  if (deps.actions.real) printLine(world, `service: ${done}`);
  return ExitCode.OK;
}

async function runControl(work: Work, verb: "start" | "stop" | "restart"): Promise<number> {
  const { world, deps, manager } = work;
  const { phase } = await manager.state();
  if (phase === "not-loaded") throw notInstalled();
  await manager[verb]();
  if (!deps.actions.real) return ExitCode.OK;
  const state = await settle(manager, world.clock, 30_000);
  if (verb !== "stop") return report(world, state);
  printLine(world, `service: ${stateLine(state)}`);
  return state.phase === "stopped" || state.phase === "failed" ? ExitCode.OK : ExitCode.FAILURE;
}

// A daemon that is still in its first round is no failure; one that has died already is.
function report(world: World, state: ServiceState): number {
  printLine(world, `service: ${stateLine(state)}`);
  const why = explain(state);
  if (why !== undefined) printWarning(world, why);
  return state.phase === "running" || state.phase === "starting" ? ExitCode.OK : ExitCode.FAILURE;
}

async function runStatus({ world, flags, deps, manager }: Work): Promise<number> {
  const state = await manager.state();
  const unit = await authorship(deps.files.readText(manager.unitPath));
  if (flags.json) printJson(world, statusJson(manager, state, unit));
  else for (const line of statusLines(manager, state, unit)) printLine(world, line);
  if (state.phase === "running") return ExitCode.OK;
  return state.phase === "not-loaded" ? STATUS_NOT_INSTALLED : STATUS_STOPPED;
}

async function runLogs({ flags, manager }: Work, run: Run): Promise<number> {
  const shown = manager.logCommand({ lines: flags.lines, follow: flags.follow });
  return (await run(shown, { env: manager.environment, inherit: true })).code;
}

function parseVerb(text: string): Verb {
  if (Object.hasOwn(VERBS, text)) return text as Verb;
  throw unknownVerb("service", text, Object.keys(VERBS));
}

function parseLines(text: string): number {
  const lines = Number(text);
  if (/^\d{1,7}$/.test(text) && lines > 0) return lines;
  throw new Error("expected a whole number above 0");
}
