/** `systemd --user`. */
import { RrError } from "../base/rr_error.ts";
import { expectSuccess } from "./actions.ts";
import type { LogOptions, Phase, ServiceDeps, ServiceManager, ServiceState } from "./manager.ts";
import { type Ran, userId } from "./run.ts";
import { renderSystemdUnit } from "./systemd_unit.ts";
import { SYSTEMD_UNIT, type UnitSpec } from "./unit.ts";

const PROPERTIES = [
  "LoadState",
  "ActiveState",
  "SubState",
  "UnitFileState",
  "MainPID",
  "NRestarts",
  "StatusText",
  "Result",
  "ExecMainStatus",
  "StateChangeTimestamp",
  "Job",
].join(",");

/** The service under the systemd of this user. */
export class SystemdManager implements ServiceManager {
  readonly kind = "systemd";
  readonly title: string = `systemd --user, ${SYSTEMD_UNIT}`;
  readonly unitPath: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly #deps: ServiceDeps;

  /** @param environment what `systemctl --user` needs to find its manager, if we had to find out */
  constructor(deps: ServiceDeps, environment: Readonly<Record<string, string>>) {
    this.#deps = deps;
    this.environment = environment;
    const config = deps.env("XDG_CONFIG_HOME");
    const folder = config?.startsWith("/") ? config : `${deps.home}/.config`;
    this.unitPath = `${folder}/systemd/user/${SYSTEMD_UNIT}`;
  }

  render(spec: UnitSpec): string {
    return renderSystemdUnit(spec);
  }

  async load(_changed: boolean): Promise<void> {
    await this.#act("daemon-reload");
    await this.#act("enable", SYSTEMD_UNIT);
    if (!this.#deps.actions.real || (await this.#show()).get("LoadState") === "loaded") return;
    throw new RrError("io", `systemd does not find the unit "${this.unitPath}"`, {
      hint: "Compare the folder with `systemctl --user show --property=UnitPath`; " +
        "XDG_CONFIG_HOME may be set here but not for systemd",
    });
  }

  // Not waited for: `start` returns only when the first round is over. See `settle`.
  async start(): Promise<void> {
    // Between two tries a start only waits for the next one. It says itself why it cannot be.
    const state = await this.state().catch(() => undefined);
    if (state?.phase === "restarting") await this.stop();
    await this.#act("start", "--no-block", SYSTEMD_UNIT);
  }

  async stop(): Promise<void> {
    await this.#act("stop", SYSTEMD_UNIT);
  }

  async restart(): Promise<void> {
    await this.#act("restart", "--no-block", SYSTEMD_UNIT);
  }

  async unload(): Promise<void> {
    await this.#act("disable", "--now", SYSTEMD_UNIT);
  }

  async forget(): Promise<void> {
    await this.#act("daemon-reload");
    // Fails when there is nothing to forget, which is what we want.
    await this.#run("reset-failed", SYSTEMD_UNIT);
  }

  async state(): Promise<ServiceState> {
    return systemdState(await this.#show());
  }

  // Without --user, which finds nothing where the journal is kept in memory only.
  logCommand(options: LogOptions): readonly string[] {
    return [
      "journalctl",
      `--user-unit=${SYSTEMD_UNIT}`,
      `--lines=${options.lines}`,
      ...(options.follow ? ["--follow"] : ["--no-pager"]),
    ];
  }

  async advice(): Promise<readonly string[]> {
    // Without a user it would show the properties of logind itself, among which there is no Linger.
    const user = await userId(this.#deps.run) ?? "";
    const asked = ["loginctl", "show-user", user, "--property=Linger", "--value"];
    const linger = await this.#deps.run(asked);
    if (linger.code === 0 && linger.stdout.trim() === "yes") return [];
    return [
      "It runs while you are logged in. To start it at boot and keep it after you log out: " +
      "loginctl enable-linger",
    ];
  }

  async #show(): Promise<ReadonlyMap<string, string>> {
    const command = ["systemctl", "--user", "show", SYSTEMD_UNIT, `--property=${PROPERTIES}`];
    const ran = await this.#deps.run(command, { env: this.environment });
    expectSuccess(ran, command);
    return new Map(
      ran.stdout.trim().split("\n").map((line): [string, string] => {
        const equals = line.indexOf("=");
        return [line.slice(0, equals), line.slice(equals + 1)];
      }),
    );
  }

  async #act(...words: readonly string[]): Promise<void> {
    expectSuccess(await this.#run(...words), ["systemctl", "--user", ...words]);
  }

  #run(...words: readonly string[]): Promise<Ran> {
    return this.#deps.actions.run(["systemctl", "--user", ...words], this.environment);
  }
}

/** Reads the properties that `systemctl show` gives. */
export function systemdState(properties: ReadonlyMap<string, string>): ServiceState {
  const text = (name: string): string | undefined => properties.get(name) || undefined;
  const pid = Number(text("MainPID") ?? 0);
  const result = text("Result");
  const detail = text("StatusText");
  const since = text("StateChangeTimestamp");
  return {
    phase: phaseOf(properties),
    startsAtLogin: text("UnitFileState") === "enabled",
    restarts: Number(text("NRestarts") ?? 0),
    lastExit: Number(text("ExecMainStatus") ?? 0),
    ...(pid > 0 ? { pid } : {}),
    ...(detail === undefined ? {} : { detail }),
    ...(result === undefined || result === "success" ? {} : { reason: result }),
    ...(since === undefined ? {} : { since }),
  };
}

function phaseOf(properties: ReadonlyMap<string, string>): Phase {
  const active = properties.get("ActiveState");
  if (properties.get("SubState") === "auto-restart") return "restarting";
  // A busy systemd takes a moment to begin with what it was told.
  const isQueued = Number(properties.get("Job") ?? 0) > 0;
  if (isQueued && (active === "inactive" || active === "failed")) return "starting";
  switch (active) {
    case "active":
    case "reloading":
      return "running";
    case "activating":
      return "starting";
    case "deactivating":
      return "stopping";
    case "failed":
      return "failed";
    default:
      return properties.get("LoadState") === "loaded" ? "stopped" : "not-loaded";
  }
}
