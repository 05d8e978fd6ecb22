/** Programs in a terminal without a window: a pseudo-terminal of `script`, and xterm behind it. */
import xterm from "@xterm/headless";

/** What to run, and on how large a screen. */
export interface PtyOptions {
  /** A line for `sh`. */
  readonly line: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly columns: number;
  readonly rows: number;
}

/** The terminal emulator. */
export type Terminal = InstanceType<typeof xterm.Terminal>;

const DEADLINE_MS = 20_000;

/** A program in a terminal. Disposing ends it. */
export class Pty implements AsyncDisposable {
  readonly terminal: Terminal;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #changed = Promise.withResolvers<void>();

  /** Starts it. */
  constructor({ line, env, cwd, columns, rows }: PtyOptions) {
    this.terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    this.#child = new Deno.Command("script", {
      args: ["-q", "-f", "-c", `stty cols ${columns} rows ${rows}; ${line}`, "/dev/null"],
      env: { ...env, TERM: "xterm-256color" },
      cwd,
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    // A program may ask the terminal something, where its cursor is for one.
    this.terminal.onData((answer) => void this.type(answer));
    this.#reading = this.#read();
  }

  /** Types text, control characters included. */
  async type(text: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(text)).catch(() => {});
  }

  /** The rows of the screen, without trailing blanks. */
  rows(): string[] {
    const { active } = this.terminal.buffer;
    return Array.from(
      { length: this.terminal.rows },
      (_, i) => active.getLine(active.baseY + i)?.translateToString(true) ?? "",
    );
  }

  /** Resolves once the rows are as wanted; rejects with the screen if they never are. */
  async until(what: string, isWanted: (rows: readonly string[]) => boolean): Promise<void> {
    const late = AbortSignal.timeout(DEADLINE_MS);
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    const fail = (): void => reject(new Error(`No ${what} on:\n${this.rows().join("\n")}`));
    late.addEventListener("abort", fail);
    try {
      while (!isWanted(this.rows())) await Promise.race([this.#changed.promise, promise]);
    } finally {
      late.removeEventListener("abort", fail);
    }
  }

  async #read(): Promise<void> {
    for await (const bytes of this.#child.stdout) {
      await new Promise<void>((resolve) => this.terminal.write(bytes, resolve));
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
    this.#changed.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended.
    }
    await this.#child.status;
    await this.#reading;
    this.terminal.dispose();
  }
}
