/** launchd, the service manager of macOS. */
import { RrError } from "../base/rr_error.ts";
import { expectSuccess } from "./actions.ts";
import { launchdLogFile, launchdLogFolder, renderLaunchdPlist } from "./launchd_plist.ts";
import type { LogOptions, Phase, ServiceDeps, ServiceManager, ServiceState } from "./manager.ts";
import { LAUNCHD_LABEL, STOP_TIMEOUT_SEC, type UnitSpec } from "./unit.ts";

const LOOK_EVERY_MS = 100;

/** The service under the launchd of this user. */
export class LaunchdManager implements ServiceManager {
  readonly kind = "launchd";
  readonly title: string = `launchd, ${LAUNCHD_LABEL}`;
  readonly unitPath: string;
  readonly environment: Readonly<Record<string, string>> = {};
  readonly #deps: ServiceDeps;
  readonly #domain: string;
  readonly #target: string;

  /** @param domain `gui/<uid>` on a desktop, `user/<uid>` where nobody is logged in at the screen */
  constructor(deps: ServiceDeps, domain: string) {
    this.#deps = deps;
    this.#domain = domain;
    this.#target = `${domain}/${LAUNCHD_LABEL}`;
    this.unitPath = `${deps.home}/Library/LaunchAgents/${LAUNCHD_LABEL}.plist`;
  }

  render(spec: UnitSpec): string {
    return renderLaunchdPlist(spec, this.#deps.home);
  }

  async load(changed: boolean): Promise<void> {
    // launchd creates the log file but not its folder, and then the job does not start.
    this.#deps.actions.makeFolder(launchdLogFolder(this.#deps.home));
    await this.#act("enable", this.#target);
    // It keeps what it has read at bootstrap until the job is booted out.
    if (changed) await this.stop();
  }

  async start(): Promise<void> {
    if (await this.#isLoaded()) await this.#act("kickstart", this.#target);
    else await this.#act("bootstrap", this.#domain, this.unitPath);
  }

  // A mere signal would not do: KeepAlive starts it again.
  async stop(): Promise<void> {
    if (!(await this.#isLoaded())) return;
    const command = ["launchctl", "bootout", this.#target];
    const ran = await this.#deps.actions.run(command);
    // 36: in progress. Bootstrapping again before it is over fails with "Input/output error".
    if (ran.code !== 36) expectSuccess(ran, command);
    if (this.#deps.actions.real) await this.#untilGone();
  }

  async restart(): Promise<void> {
    if (await this.#isLoaded()) await this.#act("kickstart", "-k", this.#target);
    else await this.#act("bootstrap", this.#domain, this.unitPath);
  }

  async unload(): Promise<void> {
    await this.stop();
  }

  async forget(): Promise<void> {
    this.#deps.actions.removeFile(launchdLogFile(this.#deps.home));
    // Fails when something else lies in it, which is to stay.
    await this.#deps.actions.run(["rmdir", launchdLogFolder(this.#deps.home)]);
  }

  async state(): Promise<ServiceState> {
    const ran = await this.#deps.run(["launchctl", "print", this.#target]);
    const unit = this.#deps.files.stat(this.unitPath) !== undefined;
    if (ran.code !== 0) return { phase: unit ? "stopped" : "not-loaded", startsAtLogin: unit };
    return launchdState(ran.stdout, unit);
  }

  logCommand(options: LogOptions): readonly string[] {
    const file = launchdLogFile(this.#deps.home);
    return ["tail", "-n", String(options.lines), ...(options.follow ? ["-F"] : []), file];
  }

  advice(): Promise<readonly string[]> {
    return Promise.resolve([
      "It runs while you are logged in; a user agent of macOS cannot outlive the session",
    ]);
  }

  async #isLoaded(): Promise<boolean> {
    return (await this.#deps.run(["launchctl", "print", this.#target])).code === 0;
  }

  async #untilGone(): Promise<void> {
    const { clock } = this.#deps;
    const end = clock.monotonic() + STOP_TIMEOUT_SEC * 1000 + 2000;
    while (await this.#isLoaded()) {
      if (clock.monotonic() >= end) {
        throw new RrError("io", `launchd has not stopped "${this.#target}" in time`, {
          hint: `Look at \`launchctl print ${this.#target}\``,
        });
      }
      await clock.sleep(LOOK_EVERY_MS);
    }
  }

  async #act(...words: readonly string[]): Promise<void> {
    const command = ["launchctl", ...words];
    expectSuccess(await this.#deps.actions.run(command), command);
  }
}

/** Reads what `launchctl print` says about a job. */
export function launchdState(printed: string, startsAtLogin: boolean): ServiceState {
  const value = (name: string): string | undefined =>
    new RegExp(`^\\s*${name} = (.*)$`, "m").exec(printed)?.[1]?.trim();
  const pid = value("pid");
  const runs = Number(value("runs") ?? 1);
  const lastExit = /^\d+/.exec(value("last exit code") ?? "")?.[0];
  return {
    phase: phaseOf(value("state"), lastExit),
    startsAtLogin,
    restarts: Math.max(0, runs - 1),
    ...(pid === undefined ? {} : { pid: Number(pid) }),
    ...(lastExit === undefined ? {} : { lastExit: Number(lastExit) }),
  };
}

// With KeepAlive a job that is loaded and not running waits for its next start.
function phaseOf(state: string | undefined, lastExit: string | undefined): Phase {
  if (state === "running") return "running";
  return lastExit === undefined ? "starting" : "restarting";
}
