/** A real shell in a pseudo-terminal (through Python's `pty`), with or without the hook. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import { parseSpool, type SpoolRecord } from "../../src/shell/spool_record.ts";
import { PROMPT, type ShellName, type ShellOptions, start } from "./_start.ts";

export { type ShellName, type ShellOptions, SHELLS } from "./_start.ts";

// A busy machine takes ten seconds and more for a shell to start.
const PTY = new URL("_pty.py", import.meta.url).pathname;

/** See the file's description. */
export class Shell implements AsyncDisposable {
  readonly name: ShellName;
  readonly home: string;
  readonly spool: string;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  readonly #ownsHome: boolean;
  #output = "";
  #marks = 0;
  #changed = Promise.withResolvers<void>();
  #ended = false;

  constructor(name: ShellName, options: ShellOptions = {}) {
    this.name = name;
    this.#ownsHome = options.home === undefined;
    this.home = options.home ?? Deno.makeTempDirSync({ prefix: `rr-${name}-` });
    this.spool = `${this.home}/db/spool`;
    Deno.mkdirSync(this.spool, { recursive: true, mode: 0o700 });
    if (options.rr !== undefined) {
      Deno.mkdirSync(`${this.home}/bin`, { recursive: true });
      Deno.writeTextFileSync(`${this.home}/bin/rr`, options.rr, { mode: 0o755 });
    }
    const [program, ...args] = [...(options.through ?? []), ...start(name, this.home, options)];
    this.#child = new Deno.Command("python3", {
      args: [PTY, program!, ...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      cwd: this.home,
      clearEnv: true,
      env: {
        PATH: [`${this.home}/bin`, options.bin, Deno.env.get("PATH")].filter(Boolean).join(":"),
        HOME: this.home,
        ZDOTDIR: this.home,
        XDG_CONFIG_HOME: `${this.home}/config`,
        XDG_DATA_HOME: `${this.home}/data`,
        TERM: "xterm",
        LC_ALL: "C.UTF-8",
        USER: "ana",
        ...options.env,
      },
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** Starts a shell and waits for its first prompt. */
  static async open(name: ShellName, options: ShellOptions = {}): Promise<Shell> {
    const shell = new Shell(name, options);
    await shell.prompt();
    return shell;
  }

  /** Presses keys. */
  async type(keys: string | Uint8Array): Promise<void> {
    await this.#writer.write(typeof keys === "string" ? new TextEncoder().encode(keys) : keys);
  }

  /** Runs a command as if it were pasted, newlines and all; resolves to what the screen got. */
  async run(command: string | Uint8Array): Promise<string> {
    const from = this.#output.length;
    await this.type("\x1b[200~");
    await this.type(command);
    await this.type("\x1b[201~\r");
    await this.prompt();
    return this.#output.slice(from);
  }

  /** Types a line key by key and waits for the next prompt. */
  async line(text: string): Promise<string> {
    const from = this.#output.length;
    await this.type(`${text}\r`);
    await this.prompt();
    return this.#output.slice(from);
  }

  /** Waits until one more command is over and the shell reads keys again. */
  async prompt(): Promise<void> {
    this.#marks++;
    const mark = `\x1b]777;${this.#marks}\x07`;
    await this.until(() => {
      const at = this.#output.indexOf(mark);
      return at >= 0 && this.#output.includes(PROMPT, at);
    }, `prompt ${this.#marks}`);
  }

  /** Waits until the screen got `text` after `from`. */
  async screen(text: string, from = 0): Promise<void> {
    await this.until(() => this.#output.includes(text, from), JSON.stringify(text));
  }

  /**
   * Waits until the shell has handled all keys and waits for more. Readline puts off a ctrl-c that
   * comes while it draws until the next key.
   */
  async idle(): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (let quiet = 0; quiet < 3;) {
      if (Date.now() > deadline) throw new Error(`${this.name} is never idle`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      // A shell that waits for a picker sleeps too.
      const all = await this.processes("rr", this.name);
      const isBusy = all.some(({ name, state }) => name === "rr" || state !== "S");
      quiet = isBusy ? 0 : quiet + 1;
    }
  }

  /** Waits until the shell runs a program. */
  async runs(program: string): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while ((await this.processes(program)).length === 0) {
      if (Date.now() > deadline) throw new Error(`${program} never ran in ${this.name}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** The processes of this shell's user, by name. Asks `ps`: Deno reads /proc only with all permissions. */
  async processes(
    ...names: readonly string[]
  ): Promise<{ readonly name: string; readonly pid: number; readonly state: string }[]> {
    const args = ["axeww", "-o", "pid=,stat=,comm=,command="];
    const { stdout } = await new Deno.Command("ps", { args, stderr: "null" }).output();
    return new TextDecoder().decode(stdout).split("\n").flatMap((line) => {
      const [, pid, state, comm, command] = /^\s*(\d+)\s+(\S)\S*\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      const isOurs = names.includes(comm!) && `${command} `.includes(` HOME=${this.home} `);
      return isOurs ? [{ name: comm!, pid: Number(pid), state: state! }] : [];
    });
  }

  /** Everything the screen got so far. */
  get output(): string {
    return this.#output;
  }

  /** Waits until `condition` holds after some output. */
  async until(condition: () => boolean, what: string): Promise<void> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    const late = Promise.withResolvers<never>();
    const error = (): Error =>
      new Error(`No ${what} in ${this.name}; the screen:\n${this.#output.slice(-3000)}`);
    const fail = (): void => late.reject(error());
    deadline.addEventListener("abort", fail);
    try {
      while (!condition()) {
        if (this.#ended) throw error();
        await Promise.race([this.#changed.promise, late.promise]);
      }
    } finally {
      deadline.removeEventListener("abort", fail);
      late.promise.catch(() => {});
    }
  }

  /** What lies in the spool now, in the order of the files' names. */
  records(): SpoolRecord[] {
    const records: SpoolRecord[] = [];
    for (const name of this.spoolFiles()) {
      const bytes = Deno.readFileSync(`${this.spool}/${name}`);
      const content = parseSpool(bytes);
      assert.equal(content.end, bytes.length, "nothing unfinished");
      assert.equal(content.broken, 0);
      records.push(...content.records);
    }
    return records;
  }

  /** The commands in the spool. */
  commands(): string[] {
    return this.records().map((record) => record.command);
  }

  spoolFiles(): string[] {
    return Array.from(Deno.readDirSync(this.spool), (file) => file.name)
      .filter((name) => /\.(?:spool|exec)$/.test(name)).sort();
  }

  /** Waits until the shell has ended; resolves to its status. */
  async ended(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.ended();
    if (this.#ownsHome) Deno.removeSync(this.home, { recursive: true });
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#child.stdout) {
      this.#output += decoder.decode(chunk, { stream: true });
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
    this.#ended = true;
    this.#changed.resolve();
  }
}

/** The shells' clocks are coarser than ours. */
const CLOCK_MS = 50;

/** The longest that a shell may say of a command that it ran in `work`, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return performance.now() - since + CLOCK_MS;
}

/** Where this Deno keeps its modules, which a home of its own has not. */
export function denoFolder(): string {
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
