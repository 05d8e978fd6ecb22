/** `rr` under a systemd of the tests, with another device, and a tracker, outside of it. */
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import { Device } from "../../scripts/lab/device.ts";
import { denoDir, ROOT } from "../../scripts/tools.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { systemWorld } from "../../src/world/system.ts";
import { LOOPBACK, said } from "../e2e/_lab.ts";
import { type Outcome, startSystemd, type TestSystemd } from "./systemd_harness.ts";

export const UNIT = "rustory.service";

// As `systemctl --user edit` would make it: what a person may change, made quick for a test.
const DROP_IN = `[Unit]
StartLimitBurst=1000
[Service]
ExecStart=
ExecStart=%START%
RestartSec=300ms
WatchdogSec=3
# Stopping takes half a second at most; what takes longer than this is killed and counts as failed.
TimeoutStopSec=2
Environment=HANG_FILE=%HOME%/hang
`;

/** See the file's description. */
export class DaemonLab implements AsyncDisposable {
  readonly systemd: TestSystemd;
  /** The other device, which runs a daemon of its own. */
  readonly peer: Device;
  readonly #parts: AsyncDisposableStack;
  readonly #env: Readonly<Record<string, string>>;

  constructor(
    systemd: TestSystemd,
    peer: Device,
    parts: AsyncDisposableStack,
    env: Readonly<Record<string, string>>,
  ) {
    this.systemd = systemd;
    this.peer = peer;
    this.#parts = parts;
    this.#env = env;
  }

  /** The file whose presence makes the daemon hang. */
  get hangFile(): string {
    return `${this.systemd.home}/hang`;
  }

  /** Runs `rr` as the person whose systemd it is. */
  rr(...args: string[]): Promise<Outcome> {
    const program = [Deno.execPath(), "run", "--quiet", "--allow-all", `${ROOT}cli.ts`];
    return this.systemd.run([...program, ...args], this.#env);
  }

  /** Runs `rr`; throws if it does not end with 0. */
  async mustRr(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.rr(...args);
    if (code === 0) return stdout;
    throw new Error(`rr ${args.join(" ")}: exit code ${code}: ${stderr}${stdout}`);
  }

  /** Changes the flags of the daemon, and makes restarts and the watchdog quick. */
  async editUnit(flags: string): Promise<void> {
    const units = `${this.systemd.home}/.config/systemd/user`;
    const unit = await Deno.readTextFile(`${units}/${UNIT}`)
      .catch(() => this.mustRr("service", "install", "--dry-run"));
    const words = /ExecStart=(.*) --interval-sec/.exec(unit)![1]!;
    const folder = `${units}/${UNIT}.d`;
    await Deno.mkdir(folder, { recursive: true });
    // The product knows nothing of hanging: a module that is loaded before it does that.
    const start = words.replace(" run ", ` run --preload=${ROOT}tests/service/_hang_on_demand.ts `);
    const text = DROP_IN.replace("%START%", `${start} ${flags}`).replace(
      "%HOME%",
      this.systemd.home,
    );
    await Deno.writeTextFile(`${folder}/override.conf`, text);
    await this.systemd.systemctl("daemon-reload");
  }

  /** Resolves once the entry is in the database of the service. */
  async untilHas(entryId: string): Promise<void> {
    const { files, clock } = await systemWorld();
    const path = `${this.systemd.home}/.rustory/history.db`;
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      using history = openHistory(path, { files, clock, mode: "readonly" });
      if (history.log.has(entryId)) return;
      if (performance.now() > end) {
        throw new Error(`${entryId} does not arrive:\n${await this.systemd.journal(UNIT)}`);
      }
      await clock.sleep(20);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }
}

/** Starts all of it; the daemon is not installed yet. */
export async function openDaemonLab(): Promise<DaemonLab> {
  await using parts = new AsyncDisposableStack();
  const systemd = parts.use(await startSystemd("user"));
  const root = await Deno.makeTempDir({ prefix: "rr-service-" });
  parts.defer(() => Deno.remove(root, { recursive: true }));
  const ids = { RUSTORY_USER_ID: "kim", RUSTORY_DEVICE_ID: "peer" };

  const host = parts.use(new Device("tracker", root));
  const tracker = await host.start("tracker-serve", "--bind", "127.0.0.1:0");
  const url = await said(tracker, "tracker listen: ");
  const peer = parts.use(new Device("peer", root, { env: { ...ids, RUSTORY_TRACKERS: url } }));
  await peer.rr("swarm-key");

  const config = `${systemd.home}/.config/rustory`;
  await Deno.mkdir(config, { recursive: true, mode: 0o700 });
  await Deno.copyFile(peer.swarmKey, `${config}/swarm.key`);
  await Deno.chmod(`${config}/swarm.key`, 0o600);
  const toml = `user_id = "kim"\ndevice_id = "service"\ntrackers = ["${url}"]\n` +
    `p2p_listen = ["${LOOPBACK}"]\n`;
  await Deno.writeTextFile(`${config}/config.toml`, toml, { mode: 0o600 });
  const env = { DENO_DIR: await denoDir() };
  return new DaemonLab(systemd, peer, parts.move(), env);
}
