/** What the pictures of the README show: the real program, with an invented history, on a real screen. */
import { Device } from "../lab/device.ts";
import { RR_PERMISSIONS } from "../permissions.ts";
import { denoDir, ROOT } from "../tools.ts";
import { Pty, type Terminal } from "./pty.ts";

/** A screen, as far as it is filled. */
export interface Shot {
  /** The rows with something on them, as text. */
  readonly rows: readonly string[];
  readonly terminal: Terminal;
}

/** A picture: what it is called, what it shows, and how to get there. */
export interface Scene {
  readonly name: string;
  /** For those who cannot see it. */
  readonly title: string;
  /** Makes the screen and hands it over; it is gone afterwards. */
  shoot<T>(use: (shot: Shot) => T): Promise<T>;
}

const COLUMNS = 88;
const ROWS = 26;
/** For three daemons to find each other and agree, on a busy machine. */
const SYNC_MS = 60_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** So that an age is the same however long the program takes to start. */
const SAFE_MS = 20_000;

type Line = readonly [agoMs: number, host: string, seconds: number, exit: number, command: string];

/** Newest first. */
const HISTORY: readonly Line[] = [
  [4 * MINUTE_MS, "laptop", 3, 0, "docker compose up -d --build web"],
  [25 * MINUTE_MS, "laptop", 41, 1, "docker build -t shop/web:1.8 ."],
  [2 * HOUR_MS, "desktop", 1, 0, "docker logs --tail 200 -f shop-web-1"],
  [5 * HOUR_MS, "desktop", 12, 0, "git push --force-with-lease"],
  [9 * HOUR_MS, "vps", 0, 0, "docker exec -it shop-db-1 psql -U shop"],
  [1 * DAY_MS, "vps", 7, 0, "docker system prune --volumes"],
  [2 * DAY_MS, "laptop", 2, 0, 'docker run --rm -v "$PWD:/w" -w /w node:22 npm ci'],
  [3 * DAY_MS, "laptop", 0, 0, "ssh vps 'sudo journalctl -u shop --since today'"],
  [6 * DAY_MS, "desktop", 5, 0, "docker compose -f compose.test.yml run --rm e2e"],
];

/** The ctrl-r screen with a few letters typed. */
export const PICKER: Scene = {
  name: "picker",
  title: "The ctrl-r screen of rr: commands of three machines that match the letters docker",
  async shoot<T>(use: (shot: Shot) => T): Promise<T> {
    await using parts = new AsyncDisposableStack();
    const device = parts.use(await newDevice("laptop", await temporary(parts)));
    await fill(device, HISTORY);
    const pty = parts.use(
      terminal(device, await environment(device), "search", "-i", "--query", "docker"),
    );
    await pty.until("picker", (rows) => rows.some((row) => row.startsWith("enter edit")));
    await pty.until("end of the search", (rows) => rows.some((row) => row.includes("7/9")));
    return use(shotOf(pty));
  },
};

/** `rr status` of a laptop that is in sync with two others. */
export const STATUS: Scene = {
  name: "status",
  title: "rr status: in sync with two other machines, directly",
  async shoot<T>(use: (shot: Shot) => T): Promise<T> {
    await using parts = new AsyncDisposableStack();
    const root = await temporary(parts);
    const server = parts.use(new Device("tracker", root));
    const tracker = await server.start("tracker-serve", "--bind", "127.0.0.1:0");
    const listens = await tracker.line((line) => line.includes("tracker listen: "));
    const trackers = listens.split(" ").at(-1)!;
    let laptop: Device | undefined;
    for (const name of ["desktop", "vps", "laptop"]) {
      const device = parts.use(await newDevice(name, root, { RUSTORY_TRACKERS: trackers }));
      await fill(device, HISTORY.filter(([, host]) => host === name));
      if (laptop !== undefined) device.copySwarmKeyFrom(laptop);
      await device.startDaemon("--interval-sec", "1");
      laptop = device;
    }
    for (const end = performance.now() + SYNC_MS;;) {
      const pty = parts.use(terminal(laptop!, await environment(laptop!), "status"));
      await pty.until("status", (rows) => rows.some((row) => row.startsWith("last round")));
      const shot = shotOf(pty);
      // What follows, ports and keys, is of no interest here and different each time.
      const rows = shot.rows.slice(0, shot.rows.findIndex((row) => row.startsWith("daemon")));
      if (rows.filter((row) => row.endsWith("has the same")).length === 2) {
        return use({ ...shot, rows });
      }
      if (performance.now() > end) throw new Error(`Not in sync:\n${shot.rows.join("\n")}`);
    }
  },
};

async function temporary(parts: AsyncDisposableStack): Promise<string> {
  const root = await Deno.makeTempDir({ prefix: "rr-picture-" });
  parts.defer(() => Deno.remove(root, { recursive: true }));
  return root;
}

async function newDevice(
  name: string,
  root: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Device> {
  const device = new Device(name, root, {
    env: {
      RUSTORY_USER_ID: "ana",
      RUSTORY_DEVICE_ID: name,
      RUSTORY_HOSTNAME: name,
      RUSTORY_P2P_LISTEN: "/ip4/127.0.0.1/tcp/0",
      RUSTORY_LAN_DISCOVERY: "false",
      ...env,
    },
  });
  await device.rr("swarm-key");
  await Deno.mkdir(`${device.home}/src/shop`, { recursive: true });
  return device;
}

/** Records the lines, so long ago. */
async function fill(device: Device, lines: readonly Line[]): Promise<void> {
  const now = Date.now() - SAFE_MS;
  const rows = lines.map(([agoMs, host, seconds, exit, command], i) =>
    JSON.stringify({
      id: `00000000-0000-4000-8000-${String(now + i).padStart(12, "0").slice(-12)}`,
      device_id: host,
      user_id: "ana",
      started_at_ms: now - agoMs,
      command,
      cwd: `${device.home}/src/shop`,
      exit_code: exit,
      duration_ms: seconds * 1_000 + 40,
      shell: "zsh",
      hostname: host,
      version: "0.1.0",
    })
  );
  const path = `${device.home}/history.jsonl`;
  await Deno.writeTextFile(path, rows.join("\n"));
  await device.rr("import", "--from", "jsonl", "--path", path);
  await Deno.remove(path);
}

async function environment({ name, home }: Device): Promise<Record<string, string>> {
  return {
    HOME: home,
    PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
    DENO_DIR: await denoDir(),
    LANG: "C.UTF-8",
    RUSTORY_DEVICE_ID: name,
    RUSTORY_USER_ID: "ana",
    RUSTORY_HOSTNAME: name,
  };
}

/** Types a command line of rr at a prompt, and keeps the screen as it is then. */
function terminal(
  { home }: Device,
  env: Readonly<Record<string, string>>,
  ...args: string[]
): Pty {
  const words = [Deno.execPath(), "run", "--quiet", ...RR_PERMISSIONS, `${ROOT}cli.ts`, ...args];
  const shown = `rr ${args.join(" ")}`;
  const line = `printf '$ %s\\n' '${shown}'; ${
    words.map((word) => `'${word}'`).join(" ")
  }; exec sleep 1000`;
  return new Pty({ line, env, cwd: `${home}/src/shop`, columns: COLUMNS, rows: ROWS });
}

function shotOf(pty: Pty): Shot {
  const rows = pty.rows();
  const last = rows.findLastIndex((row) => row !== "");
  return { rows: rows.slice(0, last + 1), terminal: pty.terminal };
}
