/** ctrl-r where a daemon runs: it paints in the shell's terminal, and whatever becomes of it the shell goes on. */
import assert from "node:assert/strict";
import { denoDir, inShell, type Session, SHELLS } from "./_shell_session.ts";
import { until, untilFile, untilNoFile } from "./_tmux.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** A daemon of the session's home, with its door open. */
class Daemon implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
  }

  static async start({ folder }: Session): Promise<Daemon> {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "-A", "--config", `${ROOT}deno.json`, `${ROOT}cli.ts`],
        ...["p2p-sync", "--watch", "--no-serve"],
      ],
      env: { HOME: folder, DENO_DIR: denoDir(), RUSTORY_DEVICE_ID: "test-device" },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const door = await untilFile(`${folder}/.rustory/shell.door`);
    // While it starts its network it may take longer than a shell waits.
    let quick = 0;
    await until(
      "a daemon at rest",
      async () => (quick = await isQuick(door) ? quick + 1 : 0) === 5,
    );
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

/** Whether the daemon answers well within the time that a shell waits. */
async function isQuick(door: string): Promise<boolean> {
  const [port, token] = door.split(" ");
  const begin = performance.now();
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  await connection.write(new TextEncoder().encode(`${token}\0ingest\0`));
  while (await connection.read(new Uint8Array(100)) !== null);
  return performance.now() - begin < 50;
}

/** The settings of the terminal while the line editor waits. */
async function modes({ tmux }: Session): Promise<string> {
  const { stdout } = await new Deno.Command("stty", { args: ["-g", "-F", await tmux.tty()] })
    .output();
  return new TextDecoder().decode(stdout);
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path) !== undefined;
  } catch {
    return false;
  }
}

for (const shell of SHELLS) {
  const { name } = shell;

  Deno.test(`${name}: the daemon paints the picker, and no process is started`, async () => {
    await inShell(shell, async (session) => {
      const { tmux, folder, run, open } = session;
      await run("echo one");
      await using _daemon = await Daemon.start(session);
      await tmux.press("C-l");
      await tmux.type("on");
      await tmux.untilText("$ on");
      const before = await modes(session);
      await Deno.remove(`${folder}/shell-of-rr`).catch(() => {});
      await open("C-r");
      await tmux.untilText(/> .*echo one/);
      await tmux.press("C-g");
      await tmux.until((rows) => !rows.some((row) => row.includes("fuzzy")));
      await tmux.type("e");
      const left = await tmux.until((rows) => rows.includes("$ one"));
      assert.deepEqual(left.filter((row) => row !== ""), ["$ one"]);
      assert.equal(await modes(session), before);
      await open("C-r");
      await tmux.untilText(/> .*echo one/);
      await tmux.press("M-Enter");
      await tmux.until((rows) => rows.includes("one"));
      assert.equal(isThere(`${folder}/shell-of-rr`), false, "no rr was started");
    });
  });

  Deno.test(`${name}: a daemon that is killed while its picker is open gives the terminal back`, async () => {
    await inShell(shell, async (session) => {
      const { tmux, run, open } = session;
      await run("echo one");
      await using daemon = await Daemon.start(session);
      await tmux.press("C-l");
      await tmux.type("half");
      await tmux.untilText("$ half");
      const before = await modes(session);
      await open("C-r");
      daemon.signal("SIGKILL");
      await tmux.until((rows) => !rows.some((row) => row.includes("fuzzy")));
      await tmux.type(" line");
      const left = await tmux.until((rows) => rows.includes("$ half line"));
      assert.deepEqual(left.filter((row) => row !== ""), ["$ half line"]);
      assert.equal(await modes(session), before);
    });
  });

  Deno.test(`${name}: a daemon that hangs is not waited for, and paints nothing when it wakes`, async () => {
    await inShell(shell, async (session) => {
      const { tmux, folder, run, open } = session;
      await run("echo one");
      await using daemon = await Daemon.start(session);
      await tmux.press("C-l");
      await tmux.type("half");
      await tmux.untilText("$ half");
      daemon.signal("SIGSTOP");
      await open("C-r");
      await until("a process of its own", () => isThere(`${folder}/running`));
      daemon.signal("SIGCONT");
      await tmux.press("C-g");
      await untilNoFile(`${folder}/running`);
      await tmux.type(" line");
      const left = await tmux.until((rows) => rows.includes("$ half line"));
      assert.deepEqual(left.filter((row) => row !== ""), ["$ half line"]);
    });
  });
}
