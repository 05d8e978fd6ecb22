/** `rr hub install` and `rr hub uninstall`: the unit that keeps the hub running. */
import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { homeFolder } from "../../config/paths.ts";
import { realPath } from "../../process/lock.ts";
import { realActions, writeUnit } from "../../service/actions.ts";
import { detectManager } from "../../service/detect.ts";
import { commandLine, lastingProgram, type Program, programFrom } from "../../service/program.ts";
import { HUB_STATE, serverUnit, userHubUnit } from "../../service/server_units.ts";
import type { Run } from "../../service/run.ts";
import { environmentLine, execStart } from "../../service/systemd_unit.ts";

/** The systemd that runs a hub: that of the machine or of the user. */
export interface HubManager {
  /** For people: `systemctl`, or `systemctl --user`. */
  readonly command: string;
  readonly unitPath: string;
  readonly unit: string;
  /** Runs `systemctl` with these words. */
  systemctl(...words: readonly string[]): ReturnType<Run>;
}

const UNIT = "rustory-hub.service";
/** What the unit files name, for the program that is there by the packages. */
const USUAL_PROGRAM = "/usr/local/bin/rr";

/** The unit that starts this program, installed from wherever, under the machine's systemd. */
function hubUnit(program: Program, denoDir: string | undefined): string {
  const start = execStart(commandLine(program, []));
  return serverUnit("hub")
    .replace("Type=notify\n", `Type=notify\n${notifyLine(program)}`)
    .replace(`ExecStart=${USUAL_PROGRAM}`, () => `${environment(denoDir)}ExecStart=${start}`);
}

// Node has no datagram sockets of the Unix kind, so there a child (systemd-notify) reports.
function notifyLine({ kind }: Program): string {
  return kind === "node" ? "NotifyAccess=all\n" : "";
}

function environment(denoDir: string | undefined): string {
  return denoDir === undefined ? "" : `${environmentLine("DENO_DIR", denoDir)}\n`;
}

/** The systemd that can run the hub of a folder; `undefined` if none can. */
export async function hubManager(
  world: World,
  statePath: string,
  run: Run,
): Promise<HubManager | undefined> {
  const program = lastingProgram(programFrom(world.program(), world.runtime), realPath);
  const denoDir = program.kind === "deno" ? world.env("DENO_DIR") : undefined;
  if (statePath === HUB_STATE) {
    if (world.files.stat("/run/systemd/system") === undefined) return undefined;
    return {
      command: "systemctl",
      unitPath: `/etc/systemd/system/${UNIT}`,
      unit: hubUnit(program, denoDir),
      systemctl: (...words) => run(["systemctl", ...words]),
    };
  }
  const home = homeFolder((name) => world.env(name));
  const { files, clock } = world;
  const { manager } = await detectManager(world.os, {
    ...{ files, clock, run, home, actions: realActions(files, run) },
    env: (name) => world.env(name),
  });
  if (manager?.kind !== "systemd") return undefined;
  const env = manager.environment;
  return {
    command: "systemctl --user",
    unitPath: manager.unitPath.replace(/[^/]*$/, UNIT),
    unit: userHubUnit(
      execStart(commandLine(program, ["hub", "run", "--state", statePath])),
      `${notifyLine(program)}${environment(denoDir)}`,
    ),
    systemctl: (...words) => run(["systemctl", "--user", ...words], { env }),
  };
}

/**
 * Writes the unit and starts the hub, anew if it runs already.
 *
 * @throws {RrError} `io` if systemd refuses
 */
export async function installUnit(
  { files }: Pick<World, "files">,
  { unitPath, unit, command, systemctl }: HubManager,
): Promise<void> {
  writeUnit(files, unitPath, unit);
  for (const words of [["daemon-reload"], ["enable", UNIT], ["restart", UNIT]]) {
    const { code, stderr } = await systemctl(...words);
    if (code === 0) continue;
    throw new RrError("io", `Cannot \`${command} ${words.join(" ")}\`: ${stderr.trim()}`, {
      hint: `Look at \`${command} status rustory-hub\``,
    });
  }
}

/**
 * Stops the hub and removes its unit; whether there was one.
 *
 * @throws {RrError} `io` if systemd refuses
 */
export async function removeUnit(
  { files }: Pick<World, "files">,
  { unitPath, command, systemctl }: HubManager,
): Promise<boolean> {
  if (files.stat(unitPath) === undefined) return false;
  const { code, stderr } = await systemctl("disable", "--now", UNIT);
  if (code !== 0) {
    throw new RrError("io", `Cannot \`${command} disable --now ${UNIT}\`: ${stderr.trim()}`);
  }
  files.remove(unitPath);
  await systemctl("daemon-reload");
  // Fails when there is nothing to forget, which is what we want.
  await systemctl("reset-failed", UNIT);
  return true;
}
