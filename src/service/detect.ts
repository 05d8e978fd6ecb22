/** Finds out which service manager there is for this user. */
import type { World } from "../base/world.ts";
import { LaunchdManager } from "./launchd_manager.ts";
import type { ServiceDeps, ServiceManager } from "./manager.ts";
import { userId } from "./run.ts";
import { SystemdManager } from "./systemd_manager.ts";
import { DAEMON_ARGS } from "./unit.ts";

/** A service manager, or why there is none and what to do instead. */
export type Detected =
  | { readonly manager: ServiceManager }
  | {
    readonly manager: undefined;
    readonly why: string;
    /** What may bring the manager within reach. */
    readonly reach: readonly string[];
    /** What else can run the daemon. */
    readonly instead: readonly string[];
  };

/** Looks for launchd on macOS and for `systemd --user` elsewhere. Changes nothing. */
export function detectManager(os: World["os"], deps: ServiceDeps): Promise<Detected> {
  if (os === "darwin") return findLaunchd(deps);
  if (os === "linux") return findSystemd(deps);
  return Promise.resolve(none(`rr has no service support for this system (${os})`));
}

async function findLaunchd(deps: ServiceDeps): Promise<Detected> {
  const uid = await userId(deps.run);
  if (uid === undefined) return none("`id -u` does not say who you are");
  // Over ssh, with nobody at the screen, the gui domain of the user does not exist.
  for (const domain of [`gui/${uid}`, `user/${uid}`]) {
    const ran = await deps.run(["launchctl", "print", domain]);
    if (ran.code === 127) return none("there is no launchctl");
    if (ran.code === 0) return { manager: new LaunchdManager(deps, domain) };
  }
  return none(`launchd has no session for user ${uid}`);
}

async function findSystemd(deps: ServiceDeps): Promise<Detected> {
  const asked = ["systemctl", "--user", "show", "--property=Version"];
  const ran = await deps.run(asked);
  if (ran.code === 0) return { manager: new SystemdManager(deps, {}) };
  if (ran.code === 127) return none("there is no systemd on this system");
  // After su, sudo -u or in a bare ssh command the variable is missing while the manager is there.
  const uid = await userId(deps.run);
  const environment = { XDG_RUNTIME_DIR: `/run/user/${uid}` };
  if (uid !== undefined && (await deps.run(asked, { env: environment })).code === 0) {
    return { manager: new SystemdManager(deps, environment) };
  }
  const said = ran.stderr.trim().split("\n")[0] ?? "";
  return none(`systemd is installed, but there is none for your user: ${said || "no answer"}`, [
    "Log in anew instead of using su or sudo, or let root run: " +
    `\`loginctl enable-linger ${uid ?? "<your name>"}\``,
    "In WSL: put [boot] systemd=true into /etc/wsl.conf, then run `wsl --shutdown`",
  ]);
}

function none(why: string, reach: readonly string[] = []): Detected {
  const daemon = `rr ${DAEMON_ARGS.join(" ")}`;
  return {
    manager: undefined,
    why,
    reach,
    instead: [
      `In a container, make it the main process: \`${daemon}\``,
      `With cron (\`crontab -e\`): \`@reboot ${daemon} >>$HOME/.rustory/p2p-sync.log 2>&1\``,
      `With runit, s6 or OpenRC: a service of your user that runs \`${daemon}\`; ` +
      "SIGTERM stops it, SIGHUP makes it read its config again",
    ],
  };
}
