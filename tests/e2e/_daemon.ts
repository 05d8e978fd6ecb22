/** A daemon beside a shell of the tests. */
import { DAEMON_PERMISSIONS } from "../../src/service/program.ts";
import { denoDir, type Session } from "./_shell_session.ts";
import { until, untilFile } from "./_tmux.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** A daemon of the session's home, with its door open. */
export class Daemon implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
  }

  static async start({ folder }: Session): Promise<Daemon> {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        // As the service starts it: with less than that it could not open the terminal.
        ...["run", "--quiet", ...DAEMON_PERMISSIONS],
        ...["--config", `${ROOT}deno.json`, `${ROOT}cli.ts`],
        ...["p2p-sync", "--watch", "--no-serve"],
      ],
      env: { HOME: folder, DENO_DIR: denoDir(), RUSTORY_DEVICE_ID: "test-device" },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await untilAtRest(folder);
    return new Daemon(child);
  }

  signal(name: Deno.Signal): void {
    this.#child.kill(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It was killed already.
    }
    await this.#child.status;
  }
}

/** Waits for the daemon of a home: while it starts its network it may take longer than a shell waits. */
export async function untilAtRest(home: string): Promise<void> {
  const door = await untilFile(`${home}/.rustory/shell.door`);
  let quick = 0;
  await until(
    "a daemon at rest",
    async () => (quick = await isQuick(door) ? quick + 1 : 0) === 5,
  );
}

/** Whether the daemon answers well within the time that a shell waits. */
async function isQuick(door: string): Promise<boolean> {
  try {
    return await answers(door) < 50;
  } catch (error) {
    // It took too long to hear us out.
    if (error instanceof Deno.errors.ConnectionReset) return false;
    throw error;
  }
}

/** How many milliseconds that takes. */
async function answers(door: string): Promise<number> {
  const [port, token] = door.split(" ");
  const begin = performance.now();
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  await connection.write(new TextEncoder().encode(`${token}\0ingest\0`));
  while (await connection.read(new Uint8Array(100)) !== null);
  return performance.now() - begin;
}
