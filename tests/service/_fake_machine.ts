/** A machine whose service manager is a few variables: commands are recorded and answered. */
import { dryActions, realActions } from "../../src/service/actions.ts";
import type { ServiceDeps } from "../../src/service/manager.ts";
import type { Ran, Run } from "../../src/service/run.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

const OK: Ran = { code: 0, stdout: "", stderr: "" };
const LAUNCHD_TARGET = "gui/501/com.rustory.p2p-sync";

/** What the machine has, and how its daemon behaves. */
export interface FakeMachineOptions {
  /** Programs that are missing: they answer 127. */
  readonly missing?: readonly string[];
  /** The user's systemd answers only with this variable set. */
  readonly needsRuntimeDir?: string;
  /** `systemctl --user` has nobody to talk to. */
  readonly noUserManager?: boolean;
  /** Domains launchd knows. @default {["gui/501"]} */
  readonly domains?: readonly string[];
  readonly linger?: boolean;
  /** What a start leads to. @default {"active"} */
  readonly startsTo?: "active" | "failed" | "auto-restart";
  /** systemd does not look where we write. */
  readonly blind?: boolean;
}

/** See the file's description. Disposing removes its temporary home. */
export class FakeMachine implements Disposable {
  readonly world = new FakeWorld();
  /** Commands that were run, without those that only look. */
  readonly commands: string[] = [];
  readonly #options: FakeMachineOptions;
  active = "inactive";
  enabled = false;
  /** systemd or launchd has taken in the unit file. */
  loaded = false;
  bootouts = 0;

  constructor(options: FakeMachineOptions = {}) {
    this.#options = options;
  }

  get unit(): string {
    return `${this.world.home}/.config/systemd/user/rustory.service`;
  }

  get plist(): string {
    return `${this.world.home}/Library/LaunchAgents/com.rustory.p2p-sync.plist`;
  }

  /** Dependencies that really write files into the temporary home. */
  deps(): ServiceDeps {
    return { ...this.#shared(), actions: realActions(this.world.files, this.run) };
  }

  /** Dependencies of a dry run, whose lines go to `print`. */
  dryDeps(print: (line: string) => void): ServiceDeps {
    return { ...this.#shared(), actions: dryActions(print) };
  }

  #shared(): Omit<ServiceDeps, "actions"> {
    return {
      files: this.world.files,
      clock: this.world.clock,
      run: this.run,
      home: this.world.home,
      env: (name) => this.world.env(name),
    };
  }

  readonly run: Run = (command, options = {}) => {
    const [program = "", ...words] = command;
    if (this.#options.missing?.includes(program)) {
      return answer({ code: 127, stderr: `${program}: not found` });
    }
    switch (program) {
      case "id":
        return answer({ stdout: "501\n" });
      case "loginctl":
        // Asked about nobody, it shows the properties of logind itself.
        if (words[1] !== "501") return answer({});
        return answer({ stdout: this.#options.linger ? "yes\n" : "no\n" });
      case "systemctl":
        return Promise.resolve(this.#systemctl(words.slice(1), options.env ?? {}));
      case "launchctl":
        return Promise.resolve(this.#launchctl(words));
    }
    this.commands.push(command.join(" "));
    return answer({});
  };

  #systemctl(words: readonly string[], env: Readonly<Record<string, string>>): Ran {
    const wanted = this.#options.needsRuntimeDir;
    if (this.#options.noUserManager || (wanted && env.XDG_RUNTIME_DIR !== wanted)) {
      return { ...OK, code: 1, stderr: "Failed to connect to bus: No medium found\n" };
    }
    const verb = words[0];
    if (verb === "show") return { ...OK, stdout: this.#properties() };
    this.commands.push(`systemctl --user ${words.join(" ")}`);
    if (verb === "daemon-reload") {
      this.loaded = !this.#options.blind && this.world.files.stat(this.unit) !== undefined;
    } else if (verb === "enable") this.enabled = true;
    else if (verb === "start" && this.active === "auto-restart") {
      // It only waits behind the next try.
    } else if (verb === "start" || verb === "restart") {
      this.active = this.#options.startsTo ?? "active";
    } else if (verb === "stop") this.active = "inactive";
    else if (verb === "disable") {
      this.enabled = false;
      this.active = "inactive";
    }
    return OK;
  }

  #properties(): string {
    const restarting = this.active === "auto-restart";
    return [
      `LoadState=${this.loaded ? "loaded" : "not-found"}`,
      `ActiveState=${restarting ? "activating" : this.active}`,
      `SubState=${restarting ? "auto-restart" : "x"}`,
      `UnitFileState=${this.enabled ? "enabled" : ""}`,
      `MainPID=${this.active === "active" ? 77 : 0}`,
      "NRestarts=2",
      "StatusText=2 peers = fine",
      `Result=${this.active === "failed" ? "exit-code" : "success"}`,
      `ExecMainStatus=${this.active === "failed" ? 75 : 0}`,
      "StateChangeTimestamp=",
      "",
    ].join("\n");
  }

  #launchctl(words: readonly string[]): Ran {
    const [verb, target = ""] = words;
    const domains = this.#options.domains ?? ["gui/501"];
    if (verb === "print" && domains.includes(target)) return OK;
    if (verb === "print" && target.endsWith("p2p-sync") && this.loaded) {
      // A job that is being booted out is still there for a moment.
      if (this.bootouts > 0 && --this.bootouts === 0) this.loaded = false;
      return { ...OK, stdout: "\tstate = running\n\truns = 3\n\tpid = 77\n" };
    }
    if (verb === "print") return { ...OK, code: 113, stderr: "Could not find service" };
    this.commands.push(`launchctl ${words.join(" ")}`);
    if (verb === "bootstrap") {
      if (this.loaded) return { ...OK, code: 5, stderr: "Bootstrap failed: 5: Input/output error" };
      this.loaded = true;
    }
    if (verb === "bootout") {
      this.bootouts = 2;
      return { ...OK, code: 36, stderr: `Boot-out failed: 36: Operation now in progress` };
    }
    return verb === "bootstrap" || words.at(-1) === LAUNCHD_TARGET ? OK : { ...OK, code: 64 };
  }

  [Symbol.dispose](): void {
    this.world[Symbol.dispose]();
  }
}

function answer(ran: Partial<Ran>): Promise<Ran> {
  return Promise.resolve({ ...OK, ...ran });
}
