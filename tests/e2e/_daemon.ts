/** A daemon beside a shell of the tests. */
import { DAEMON_PERMISSIONS } from "../../src/service/program.ts";
import { denoDir, type Session } from "./_shell_session.ts";
import { readIfThere, until, untilFile, untilNoFile } from "./_tmux.ts";

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

const MOST_TRIES = 20;

/**
 * Opens the picker as the daemon paints it. A shell does not wait for a daemon that a busy machine holds up,
 * and starts a process of its own: then it is left, and opened again.
 */
export async function openByDaemon({ tmux, folder, open }: Session): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    await Deno.remove(`${folder}/shell-of-rr`).catch(() => {});
    await open("C-r");
    if (readIfThere(`${folder}/shell-of-rr`) === undefined) return;
    await tmux.press("C-g");
    await untilNoFile(`${folder}/running`);
    await tmux.until((rows) => !rows.some((row) => row.includes("fuzzy")));
  }
  throw new Error("The daemon never paints the picker");
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
