/**
 * A real systemd for tests, without being PID 1 of the machine and without touching what runs on it:
 * in namespaces of its own for mounts and processes (and for the network, if it is one for a system),
 * with its own /run, journal, HOME and cgroup. The user's systemd and everything under it run with no capabilities at all, as for an ordinary user.
 *
 * Needs root (or a test that is run by sudo) and writable cgroups; {@linkcode whyNoSystemd} says what
 * is missing.
 */
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";

/** What {@linkcode TestSystemd.run} gives back. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Which systemd: the one of a user, or one for the whole (namespaced) system. */
export type Scope = "user" | "system";

const LOOK_EVERY_MS = 50;
const CGROUP_ROOTS = ["/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"];

// Joins a cgroup of its own and then makes that the root of all cgroups, as far as the inside sees.
const JOIN = `
set -e
for root in ${CGROUP_ROOTS.join(" ")}; do
  if [ -w "$root/cgroup.procs" ]; then
    mkdir -p "$root/$RR_CGROUP" && echo $$ > "$root/$RR_CGROUP/cgroup.procs" || true
  fi
done
exec unshare $RR_NET --cgroup --mount --pid --fork --kill-child --mount-proc --propagation=private \\
  sh -c "$RR_INSIDE"
`;

// systemd takes /run/systemd/system as the sign that it may run.
// Mounts are shared among the inside only, as a booted system has them: credentials need it.
const PREPARE = `
set -e
mount --make-rshared /
if [ -d /sys/fs/cgroup/systemd ]; then
  umount /sys/fs/cgroup/systemd && mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
  if [ -d /sys/fs/cgroup/unified ]; then
    umount /sys/fs/cgroup/unified && mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
  fi
else
  umount /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup
fi
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/systemd/journal /run/log/journal /run/lock /run/systemd/journald.conf.d
printf '[Journal]\\nReadKMsg=no\\nStorage=volatile\\nForwardToSyslog=no\\nRateLimitBurst=0\\n' \\
  > /run/systemd/journald.conf.d/test.conf
`;
// The journal tells a user's units by the place of their cgroup.
const USER = `${PREPARE}
mkdir -m 0700 /run/rr
/lib/systemd/systemd-journald &
while ! [ -S /run/systemd/journal/stdout ]; do sleep 0.05; done
for root in ${CGROUP_ROOTS.join(" ")}; do
  if [ -w "$root/cgroup.procs" ]; then
    mkdir -p "$root/user.slice/user-0.slice/user@0.service"
  fi
done
(
  self=$(sh -c 'echo $PPID')
  for root in ${CGROUP_ROOTS.join(" ")}; do
    if [ -w "$root/cgroup.procs" ]; then
      echo "$self" > "$root/user.slice/user-0.slice/user@0.service/cgroup.procs"
    fi
  done
  exec env -i PATH="$PATH" HOME="$RR_HOME" XDG_RUNTIME_DIR=/run/rr SYSTEMD_LOG_TARGET=console \\
    setpriv --bounding-set=-all --inh-caps=-all /lib/systemd/systemd --user
) &
wait
`;
const SYSTEM = `${PREPARE}
printf '[Unit]\\nDefaultDependencies=no\\nWants=systemd-journald.service\\n' \\
  > /run/systemd/system/rr-test.target
ip link set lo up
sh -c "$RR_SETUP"
exec env -i container=rr-test PATH="$PATH" SYSTEMD_LOG_TARGET=console \\
  /lib/systemd/systemd --system --unit=rr-test.target
`;

/** A running systemd; see the file's description. Disposing kills it and all it has started. */
export class TestSystemd implements AsyncDisposable {
  /** HOME of the user: a temporary folder. */
  readonly home: string;
  readonly scope: Scope;
  readonly #unshare: Deno.ChildProcess;
  readonly #inside: number;
  readonly #cgroup: string;

  constructor(
    scope: Scope,
    home: string,
    unshare: Deno.ChildProcess,
    inside: number,
    cgroup: string,
  ) {
    this.scope = scope;
    this.home = home;
    this.#unshare = unshare;
    this.#inside = inside;
    this.#cgroup = cgroup;
  }

  /** Runs a program where this systemd lives, as an ordinary user would. */
  async run(
    command: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Outcome> {
    const user = this.scope === "user";
    const variables = {
      PATH: Deno.env.get("PATH")!,
      HOME: this.home,
      ...(user ? { XDG_RUNTIME_DIR: "/run/rr" } : {}),
      ...env,
    };
    const { code, stdout, stderr } = await new Deno.Command("nsenter", {
      args: [
        `--target=${this.#inside}`,
        "--mount",
        "--pid",
        "--cgroup",
        "--net",
        "--",
        "env",
        "-i",
        ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
        ...(user ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : []),
        ...command,
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  /** `systemctl` of this systemd; throws when it fails. */
  async systemctl(...words: readonly string[]): Promise<string> {
    const command = ["systemctl", ...(this.scope === "user" ? ["--user"] : []), ...words];
    const { code, stdout, stderr } = await this.run(command);
    if (code !== 0) throw new Error(`${command.join(" ")}: exit code ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  /** One property of a unit. */
  async property(unit: string, name: string): Promise<string> {
    return (await this.systemctl("show", unit, `--property=${name}`, "--value")).trim();
  }

  /** Waits until a property of a unit is as wanted; gives it back. */
  async until(
    unit: string,
    name: string,
    wanted: (value: string) => boolean,
    deadlineMs = PATIENCE_MS,
  ): Promise<string> {
    const end = performance.now() + deadlineMs;
    for (;;) {
      const value = await this.property(unit, name);
      if (wanted(value)) return value;
      if (performance.now() > end) {
        throw new Error(`${name} of ${unit} stays "${value}"\n${await this.journal(unit)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  /** The log lines of a unit, as `<priority> <message>`. */
  async journal(unit: string): Promise<string> {
    // The journal keeps what it is given at its own pace.
    await this.run(["journalctl", "--sync"]);
    const { stdout } = await this.run([
      "journalctl",
      this.scope === "user" ? `--user-unit=${unit}` : `--unit=${unit}`,
      "--output=json",
      "--no-pager",
    ]);
    return stdout.trim().split("\n").filter((line) => line !== "").map((line) => {
      const { PRIORITY, MESSAGE } = JSON.parse(line);
      return `${PRIORITY} ${MESSAGE}\n`;
    }).join("");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // unshare takes the first process of the namespace with it, and that all others.
    this.#unshare.kill("SIGKILL");
    await this.#unshare.status;
    for (const root of CGROUP_ROOTS) await removeCgroup(`${root}/${this.#cgroup}`);
    await Deno.remove(this.home, { recursive: true });
  }
}

/**
 * Starts a systemd; see {@linkcode whyNoSystemd} for where that is not possible.
 *
 * @param setup shell lines that a system one runs before it starts, for files it needs
 */
export async function startSystemd(scope: Scope, setup = ""): Promise<TestSystemd> {
  const home = await Deno.makeTempDir({ prefix: "rr-systemd-" });
  const cgroup = `rr-test-${crypto.randomUUID().slice(0, 8)}`;
  const log = `${home}/systemd.log`;
  const unshare = new Deno.Command("sh", {
    args: ["-c", `exec > "$RR_HOME/systemd.log" 2>&1\n${JOIN}`],
    env: {
      RR_HOME: home,
      RR_CGROUP: cgroup,
      RR_INSIDE: scope === "user" ? USER : SYSTEM,
      // Shipped units listen on fixed ports, which somebody else may have.
      RR_NET: scope === "user" ? "" : "--net",
      RR_SETUP: setup,
    },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const inside = await childOf(unshare.pid);
    if (inside !== undefined) {
      const systemd = new TestSystemd(scope, home, unshare, inside, cgroup);
      const up = await systemd.run(["systemctl", ...(scope === "user" ? ["--user"] : []), "show"]);
      if (up.code === 0) return systemd;
    }
    if (performance.now() > end) {
      const said = await Deno.readTextFile(log).catch(() => "");
      unshare.kill("SIGKILL");
      await unshare.status;
      await Deno.remove(home, { recursive: true });
      throw new Error(`systemd did not come up: ${said.trim() || "it said nothing"}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** What keeps {@linkcode startSystemd} from working on this machine; `undefined` if nothing does. */
export async function whyNoSystemd(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "there is no systemd on this system";
  for (const program of ["/lib/systemd/systemd", "/lib/systemd/systemd-journald"]) {
    if (!await exists(program)) return `${program} is not installed`;
  }
  if (Deno.uid() !== 0) return "it needs root; run it by sudo";
  const tried = await new Deno.Command("unshare", {
    args: ["--mount", "--pid", "--fork", "--mount-proc", "mount", "-t", "tmpfs", "tmpfs", "/run"],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (tried.success) return undefined;
  return `namespaces are not permitted: ${new TextDecoder().decode(tried.stderr).trim()}`;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

// By a program, since Deno reads /proc only with all permissions.
async function childOf(pid: number): Promise<number | undefined> {
  const { stdout } = await new Deno.Command("cat", {
    args: [`/proc/${pid}/task/${pid}/children`],
    stderr: "null",
  }).output();
  const child = Number(new TextDecoder().decode(stdout).trim().split(" ")[0]);
  return child > 0 ? child : undefined;
}

// Only empty groups can be removed, from the leaves up; what was killed takes a moment to be gone.
// By a program, since Deno looks into /sys only with all permissions.
async function removeCgroup(folder: string): Promise<void> {
  await new Deno.Command("sh", {
    args: [
      "-c",
      `for try in $(seq 100); do
         [ -d "$1" ] || exit 0
         find "$1" -depth -type d -exec rmdir {} \\; 2>/dev/null && continue
         sleep 0.05
       done`,
      "sh",
      folder,
    ],
  }).output();
}
