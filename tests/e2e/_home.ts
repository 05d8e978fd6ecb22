/** The home of a new user on this machine. */
import { denoDir } from "./_shell_session.ts";
import { Tmux } from "./_tmux.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** The home of a new user, with an `rr` in its `bin`. */
export class Home implements AsyncDisposable {
  readonly #folder = Deno.makeTempDirSync({ prefix: "rr-new-user-" });

  constructor() {
    const mark = this.path("running");
    const rr = this.command().join(" ");
    this.program("rr", `#!/bin/sh\n: >${mark}\n${rr} "$@"\ncode=$?\nrm ${mark}\nexit $code\n`);
    // Without it the first fish of a user reads all manual pages.
    Deno.mkdirSync(this.path(".local/share/fish/generated_completions"), { recursive: true });
  }

  path(name: string): string {
    return `${this.#folder}/${name}`;
  }

  write(name: string, data: string | Uint8Array): void {
    Deno.mkdirSync(this.path(name).replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeFileSync(
      this.path(name),
      typeof data === "string" ? new TextEncoder().encode(data) : data,
    );
  }

  /** A program on the PATH. */
  program(name: string, script: string): void {
    this.write(`bin/${name}`, script);
    Deno.chmodSync(this.path(`bin/${name}`), 0o755);
  }

  /** What runs `rr` from the sources. */
  command(...args: string[]): string[] {
    const words = ["run", "--quiet", "-A", "--config", `${ROOT}deno.json`, `${ROOT}cli.ts`];
    return [Deno.execPath(), ...words, ...args];
  }

  async rr(shell: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
    return await this.run(this.command(...args), shell);
  }

  async run(
    [program, ...args]: readonly string[],
    shell: string,
  ): Promise<{ code: number; out: string; err: string }> {
    const { code, stdout, stderr } = await new Deno.Command(program!, {
      args,
      cwd: this.#folder,
      clearEnv: true,
      env: this.#env(shell),
      stdin: "null",
    }).output();
    const text = new TextDecoder();
    return { code, out: text.decode(stdout), err: text.decode(stderr) };
  }

  /** A program in a terminal, the shell as a new one starts it unless another is named. */
  async terminal(shell: string, program = `${shell} -i`): Promise<Tmux> {
    const env = this.#env(shell);
    // The shell that tmux starts this with may read a profile that sets its own.
    const command = `cd; export PATH='${env.PATH}'; exec ${program}`;
    return await Tmux.start({ command, env });
  }

  /** The process of an `rr` command of this home; 0 if there is none. */
  async running(command: string): Promise<number> {
    const { stdout } = await new Deno.Command("ps", { args: ["axeww", "-o", "pid=,command="] })
      .output();
    const isIt = (line: string): boolean =>
      line.includes(`cli.ts ${command}`) && line.includes(` HOME=${this.#folder} `);
    const lines = new TextDecoder().decode(stdout).split("\n").filter(isIt);
    // The script that started it has the same words.
    return Number(
      /^\s*(\d+)/.exec(lines.find((line) => !/\bsh\b -?c?/.test(line)) ?? "")?.[1] ?? 0,
    );
  }

  #env(shell: string): Record<string, string> {
    return {
      HOME: this.#folder,
      PATH: `${this.path("bin")}:${Deno.env.get("PATH")}`,
      SHELL: `/bin/${shell}`,
      USER: "new",
      LANG: "C.UTF-8",
      DENO_DIR: denoDir(),
      RUSTORY_DEVICE_ID: "test-device",
    };
  }

  /** All files by their names, and what is in them. */
  tree(folder = ""): Map<string, Uint8Array> {
    const found = new Map<string, Uint8Array>();
    for (const { name, isDirectory } of Deno.readDirSync(this.path(folder))) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (!isDirectory) found.set(path, Deno.readFileSync(this.path(path)));
      else for (const [inner, bytes] of this.tree(path)) found.set(inner, bytes);
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}
