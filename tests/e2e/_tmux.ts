/** A terminal to type into: a tmux server of its own, without anybody's configuration. */
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";

/** How a {@linkcode Tmux} starts. */
export interface TmuxOptions {
  /** Shell command that runs in it. */
  readonly command: string;
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
}

const POLL_MS = 15;

/** See the file's description. */
export class Tmux implements AsyncDisposable {
  readonly #server: string;

  private constructor(server: string) {
    this.#server = server;
  }

  /** Whether there is a tmux on this machine; says loudly if not, so that a skip is seen. */
  static isThere(): boolean {
    try {
      new Deno.Command("tmux", { args: ["-V"], stdout: "null" }).outputSync();
      return true;
    } catch {
      return false;
    }
  }

  static async start(options: TmuxOptions): Promise<Tmux> {
    const { command, columns = 100, rows = 24, env = {} } = options;
    const tmux = new Tmux(`rr-test-${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`);
    const size = ["-x", String(columns), "-y", String(rows)];
    const variables = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    await tmux.#run("new-session", "-d", ...size, ...variables, command);
    return tmux;
  }

  /** Shell command that shows this terminal in another one, as a person sees it: with the windows over it. */
  attachCommand(): string {
    return `TMUX= exec tmux -L ${this.#server} attach`;
  }

  /** Presses keys by their names in tmux: `Enter`, `C-r`, `Escape`, `M-b`, `F1`. */
  async press(...keys: string[]): Promise<void> {
    await this.#run("send-keys", ...keys);
  }

  /** Types text as it is. */
  async type(text: string): Promise<void> {
    await this.#run("send-keys", "-l", "--", text);
  }

  /** Puts text in as a terminal pastes it. */
  async paste(text: string): Promise<void> {
    // By a file: a word of a command line has room for 128 KiB.
    const file = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(file, text);
      await this.#run("load-buffer", file);
    } finally {
      await Deno.remove(file);
    }
    await this.#run("paste-buffer", "-p");
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#run("resize-window", "-x", String(columns), "-y", String(rows));
  }

  /** What stands on the screen, row by row. */
  async screen(): Promise<string[]> {
    return (await this.#run("capture-pane", "-p")).split("\n").slice(0, -1);
  }

  /** The screen and what has scrolled out of it, row by row. */
  async everything(): Promise<string[]> {
    return (await this.#run("capture-pane", "-p", "-S", "-")).split("\n");
  }

  /** What tmux knows of the terminal, such as `#{cursor_y}`. */
  async format(text: string): Promise<string> {
    return (await this.#run("display-message", "-p", text)).trim();
  }

  /** What was copied last. */
  async buffer(): Promise<string> {
    return await this.#run("show-buffer");
  }

  /** The path of the terminal. */
  async tty(): Promise<string> {
    return await this.format("#{pane_tty}");
  }

  /** The screen as soon as it satisfies the predicate; an error that shows it if it never does. */
  async until(what: (rows: string[]) => boolean | undefined): Promise<string[]> {
    const deadline = performance.now() + PATIENCE_MS;
    while (true) {
      const rows = await this.screen();
      if (what(rows)) return rows;
      if (performance.now() > deadline) {
        throw new Error(`The screen never came:\n${rows.join("\n")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** The screen as soon as a row holds the text. */
  async untilText(text: string | RegExp): Promise<string[]> {
    return await this.until((rows) =>
      rows.some((row) => typeof text === "string" ? row.includes(text) : text.test(row))
    );
  }

  /** Closes the terminal; another one is there instead. Resolves when all who sat at it are gone. */
  async closeFor(command: string): Promise<void> {
    const leader = await this.format("#{pane_pid}");
    const window = await this.format("#{window_id}");
    await this.#run("new-window", "-d", command);
    await this.#run("kill-window", "-t", window);
    await until("the end of the terminal", async () => (await processesOf([leader])) === "");
  }

  /**
   * Ends the server; its terminal is closed, whoever sits at it. Resolves when all of them are gone: a
   * shell writes down what it ran as it ends, into a folder that the test then removes.
   */
  async kill(): Promise<void> {
    const leaders = await this.#run("list-panes", "-a", "-F", "#{pane_pid}").catch(() => "");
    await this.#run("kill-server").catch(() => {});
    const sessions = leaders.trim().split("\n").filter(Boolean);
    if (sessions.length === 0) return;
    let left = "";
    const areGone = async (): Promise<boolean> => (left = await processesOf(sessions)) === "";
    await until(() => `the end of\n${left}`, areGone);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #run(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-L", this.#server, "-f", "/dev/null", ...args],
    }).output();
    const text = new TextDecoder();
    if (!success) throw new Error(`tmux ${args[0]}: ${text.decode(stderr)}`);
    return text.decode(stdout);
  }
}

/** The text of a file as soon as it is there; what a process in a terminal writes when it ends. */
export async function untilFile(path: string): Promise<string> {
  let text: string | undefined;
  await until(`the file ${path}`, () => (text = readIfThere(path)) !== undefined);
  return text!;
}

/** Resolves when the file says exactly this; a shell makes it before it writes to it. */
export async function untilFileSays(path: string, text: string): Promise<void> {
  await until(`${text} in ${path}`, () => readIfThere(path) === text);
}

/** Resolves when there is no such file any more. */
export async function untilNoFile(path: string): Promise<void> {
  await until(`the end of ${path}`, () => readIfThere(path) === undefined);
}

/** Resolves when `what` holds; for what no event tells of. */
export async function until(
  name: string | (() => string),
  what: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await what())) {
    if (performance.now() > deadline) {
      throw new Error(`Never came: ${typeof name === "string" ? name : name()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** The processes of these sessions, one a line; those that have ended and were not asked for do not count. */
async function processesOf(sessions: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "stat=,pid=,args=", "-s", sessions.join(",")],
  }).output();
  const lines = new TextDecoder().decode(stdout).split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("Z")).join("\n");
}

/** The text of a file, if there is one. */
export function readIfThere(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
