/** Somebody at a machine, who types what a page says. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import { inside } from "../../scripts/lab/netns.ts";
import { type Child, run, start } from "../../scripts/lab/process.ts";
import { denoDir, ROOT } from "../../scripts/tools.ts";

/** How a machine differs from the ordinary one. */
export interface PersonOptions {
  /** The network namespace that it is in. @default {that of the test} */
  readonly namespace?: string;
  /** A file that is its `/etc/hosts`; needs a namespace. */
  readonly hosts?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A new user's home with an `rr` on the PATH. */
export class Person implements AsyncDisposable {
  readonly name: string;
  readonly home: string;
  readonly #options: PersonOptions;
  readonly #running: Child[] = [];

  constructor(name: string, options: PersonOptions = {}) {
    this.name = name;
    this.home = Deno.makeTempDirSync({ prefix: `rr-${name}-` });
    this.#options = options;
    const rr =
      `${Deno.execPath()} run --quiet --no-prompt -A --config ${ROOT}deno.json ${ROOT}cli.ts`;
    this.program("rr", `exec ${rr} "$@"`);
    // What the pages call by npx is the runtime that is here.
    this.program("npx", `shift 2; exec ${Deno.execPath()} "$@"`);
    Deno.writeTextFileSync(`${this.home}/.bashrc`, "PS1='$ '\n");
  }

  /** Puts a script on the PATH. */
  program(name: string, script: string): void {
    Deno.mkdirSync(`${this.home}/bin`, { recursive: true });
    Deno.writeTextFileSync(`${this.home}/bin/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** Types a line; answers with what it printed, and throws if it fails otherwise than `codes` allow. */
  async types(line: string, codes: readonly number[] = [0], cwd = this.home): Promise<string> {
    const { code, stdout, stderr } = await run(await this.#command(line, cwd));
    assert.ok(codes.includes(code), `${this.name}$ ${line}\n[${code}] ${stdout}${stderr}`);
    assert.doesNotMatch(stderr, /^error: /m, `${this.name}$ ${line}`);
    return stdout + stderr;
  }

  /** Types a line at a terminal, and then Enter for each question. */
  async answers(line: string): Promise<string> {
    const typed = `printf '\\n\\n' | script -qec '${line}' /dev/null`;
    return await this.types(typed);
  }

  /** Types a line whose program goes on. */
  async starts(line: string): Promise<Child> {
    const child = start(this.name, await this.#command(line, this.home));
    this.#running.push(child);
    return child;
  }

  /** Types a line until it succeeds. */
  async until(line: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const { code, stdout, stderr } = await run(await this.#command(line, this.home));
      if (code === 0) return;
      assert.ok(performance.now() < end, `${this.name}$ ${line} never works: ${stdout}${stderr}`);
    }
  }

  async #command(
    line: string,
    cwd: string,
  ): Promise<{ argv: readonly string[]; env: Record<string, string> }> {
    const { namespace, hosts, env } = this.#options;
    const shell = ["sh", "-c", `cd '${cwd}' && ${line}`];
    const known = hosts === undefined ? shell : [
      "unshare",
      "-m",
      "sh",
      "-c",
      `mount --bind '${hosts}' /etc/hosts && exec "$@"`,
      "sh",
      ...shell,
    ];
    return {
      argv: namespace === undefined ? known : inside(namespace, known),
      env: {
        HOME: this.home,
        PATH: `${this.home}/bin:${Deno.env.get("PATH")}`,
        DENO_DIR: await denoDir(),
        USER: "me",
        SHELL: "/bin/bash",
        TERM: "xterm",
        NO_COLOR: "1",
        RUSTORY_DEVICE_ID: this.name,
        ...env,
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#running) child.kill("SIGTERM");
    await Promise.all(this.#running.map((child) => child.exited));
    await Deno.remove(this.home, { recursive: true });
  }
}
