import type { World } from "../../../../base/world.ts";
import { homeFolder } from "../../../../config/paths.ts";
import { realActions } from "../../../../service/actions.ts";
import { detectManager } from "../../../../service/detect.ts";
import type { ServiceManager } from "../../../../service/manager.ts";
import { unitProgram } from "../../../../service/unit_program.ts";
import { goOn } from "../../../../control/client.ts";
import { systemRun } from "../../../../service/run.ts";
import { VERSION } from "../../../../version.ts";
import { type DaemonWays, daemonWays } from "../../../machine/daemon_ways.ts";
import { explain, stateLine } from "../../service/text.ts";
import { settingMismatches } from "./mismatches.ts";
import type { Check, DoctorContext, Finding } from "../finding.ts";

/** Whether the daemon runs, under the right name, and comes back by itself. */
export const checkDaemon: Check = { name: "daemon", run };

async function run(context: DoctorContext): Promise<Finding[]> {
  const { status, problem, silentPid } = context.daemon;
  const manager = await managerOf(context);
  const ways = await daemonWays(context.world, status?.pid ?? silentPid);
  if (problem !== undefined) {
    const hint = silentPid === undefined
      ? upper(ways.again)
      : `${goOn(silentPid)}; else ${ways.again}`;
    return [{ level: "error", message: problem, hint }];
  }
  const service = manager === undefined ? [] : await serviceFindings(context, manager, status?.pid);
  if (status === undefined) {
    return [{
      level: "info",
      message: "No daemon runs: nothing is synced unless `rr p2p-sync` is called",
      hint: ways.start,
    }, ...service];
  }
  const mismatches = [...versionFindings(context, ways), ...settingMismatches(context, ways)];
  const problems = (status.problems ?? []).map((message): Finding => ({
    level: "error",
    message,
    // Most say themselves what to do.
    ...message.includes("`") ? {} : { hint: "See the log of the daemon" },
  }));
  if (mismatches.length + problems.length > 0) return [...mismatches, ...problems, ...service];
  return [{ level: "ok", message: `Runs as pid ${status.pid}` }, ...service];
}

function versionFindings(
  { daemon: { status } }: DoctorContext,
  { again }: DaemonWays,
): Finding[] {
  if (status!.version === VERSION) return [];
  return [{
    level: "warn",
    message: `The daemon is rr ${status!.version}, this is ${VERSION}`,
    hint: upper(again),
  }];
}

/** As the beginning of a sentence; a command stays as it is. */
function upper(text: string): string {
  return text.replace(/^[a-z]/, (letter) => letter.toUpperCase());
}

async function managerOf({ world }: DoctorContext): Promise<ServiceManager | undefined> {
  const { manager } = await detectManager(world.os, {
    files: world.files,
    clock: world.clock,
    run: systemRun,
    actions: realActions(world.files, systemRun),
    home: homeFolder((name) => world.env(name)),
    env: (name) => world.env(name),
  });
  return manager;
}

async function serviceFindings(
  { world }: DoctorContext,
  manager: ServiceManager,
  pid: number | undefined,
): Promise<Finding[]> {
  const daemonRuns = pid !== undefined;
  const state = await manager.state();
  if (state.phase === "not-loaded") {
    return [{
      level: "info",
      message: "The daemon is not installed as a service, so it does not start at login",
      hint: "`rr service install`",
    }];
  }
  const gone = missingProgram(world, manager);
  if (gone !== undefined) {
    return [{
      level: daemonRuns ? "warn" : "error",
      message: `The service starts "${gone}", which is not there` +
        (daemonRuns ? ": what runs does so until it is started again" : ""),
      hint: "`rr service install` has it start the rr that you call",
    }];
  }
  const why = explain(state);
  if (why !== undefined) {
    return [{ level: "error", message: `The service is ${stateLine(state)}`, hint: why }];
  }
  if (state.phase === "stopped") {
    return [{
      level: daemonRuns ? "warn" : "error",
      message: daemonRuns
        ? "The service is installed but stopped: the daemon that runs was started by hand"
        : "The service is installed but stopped, so nothing is synced",
      hint: daemonRuns
        ? `Stop that one (\`kill ${pid}\`), then \`rr service start\``
        : "`rr service start`",
    }];
  }
  if (!state.startsAtLogin) {
    return [{
      level: "warn",
      message: "The service is installed but does not start at login",
      hint: "`rr service install`",
    }];
  }
  return [{ level: "ok", message: `The service is ${stateLine(state)} (${manager.title})` }];
}

/** What the unit starts and is not there, unless a file beside it may say otherwise. */
function missingProgram({ files }: World, { unitPath }: ServiceManager): string | undefined {
  if (files.stat(`${unitPath}.d`) !== undefined) return undefined;
  return unitProgram(files.readText(unitPath) ?? "").find((path) => files.stat(path) === undefined);
}
