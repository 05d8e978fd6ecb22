/**
 * The README, followed word for word by two new users on fresh homes, and every `rr` line of all pages
 * read by the reader of command lines.
 */
import assert from "node:assert/strict";
import { COMMANDS, isCommand } from "../../src/cli/commands.ts";
import { asksForHelp } from "../../src/cli/line/help.ts";
import { readLine } from "../../src/cli/line/read_line.ts";

const ROOT = new URL("../../", import.meta.url);
const DEADLINE_MS = 20_000;

/** Lines of the `sh` blocks of a page, in printed order, without comments. */
async function linesOf(page: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(page, ROOT));
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block]) => block!.split("\n"))
    .map((line) => line.replace(/\s+#.*$/, "").trim()).filter((line) => line !== "");
}

Deno.test("every rr line of the pages is one that rr reads", async () => {
  const docs = Array.from(Deno.readDirSync(new URL("docs/", ROOT)), ({ name }) => `docs/${name}`)
    .filter((name) => name.endsWith(".md"));
  let seen = 0;
  for (const page of ["README.md", "service/README.md", "CONTRIBUTING.md", ...docs]) {
    for (const line of await linesOf(page)) {
      const match = /^(?:\w+\$\s+)?rr\s+([^|<>&;]*)$/.exec(line);
      if (match === null || line.includes('"')) continue;
      const [name, ...words] = match[1]!.trim().split(/\s+/).map((word) =>
        word.replaceAll("'", "")
      );
      assert.ok(isCommand(name!), `${page}: ${line}`);
      const { command } = await COMMANDS[name!]!.load();
      if (!asksForHelp(command, words)) assert.doesNotThrow(() => readLine(command, words), line);
      seen++;
    }
  }
  assert.ok(seen > 15, `only ${seen} lines were found`);
});

Deno.test("the README, word for word, makes two machines that sync", async () => {
  await using laptop = new Machine("laptop");
  await using desktop = new Machine("desktop");
  await Deno.writeTextFile(`${laptop.home}/.bash_history`, "docker ps\nmake test\n");
  await Deno.writeTextFile(`${desktop.home}/.bash_history`, "docker run hello\n");
  let code = "";
  for (const line of await linesOf("README.md")) {
    // The first two are what the tests themselves are run by.
    if (line.startsWith("npx ")) continue;
    const [, who = "both", command] = /^(?:(laptop|desktop|both)\$\s+)?(.*)$/.exec(line)!;
    const machines = [laptop, desktop].filter(({ name }) => who === "both" || who === name);
    for (const machine of machines) {
      if (command === "rr setup") {
        // There is no terminal to ask, and the test's machine is not to get a service.
        await machine.mustRun(["setup", "--yes", "--no-service"]);
        machine.startDaemon();
      } else if (command === "rr pair") {
        code = await machine.startPairing();
      } else if (command!.startsWith("rr pair ")) {
        const [words, port] = code.split(" ");
        await machine.mustRun(["pair", words!, "--at", `127.0.0.1:${port}`, "--yes"]);
        await laptop.untilFound("docker run hello");
        await desktop.untilFound("make test");
      } else {
        const args = command!.split(" ").slice(1);
        const { code, err } = await machine.run(args);
        // Doctor finds fault with a machine that has no service; a search may find nothing.
        const fits = ["doctor", "search", "delete"].includes(args[0]!) ? code <= 1 : code === 0;
        assert.ok(fits && !err.includes("error:"), `${machine.name}$ ${command}\n${err}`);
      }
    }
  }
  assert.notEqual(code, "");
});

/** A new user's home with an rr, and a daemon as a service would run it. */
class Machine implements AsyncDisposable {
  readonly name: string;
  readonly home = Deno.makeTempDirSync({ prefix: "rr-readme-" });
  readonly #running: Deno.ChildProcess[] = [];

  constructor(name: string) {
    this.name = name;
  }

  #command(args: readonly string[], out: "piped" | "null"): Deno.Command {
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "-A", `${ROOT.pathname}cli.ts`, ...args],
      cwd: this.home,
      clearEnv: true,
      env: {
        HOME: this.home,
        PATH: Deno.env.get("PATH") ?? "",
        DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
        USER: "me",
        SHELL: "/bin/bash",
        NO_COLOR: "1",
        // Two machines on one: names and ports of their own.
        RUSTORY_DEVICE_ID: this.name,
        RUSTORY_P2P_LISTEN: "/ip4/0.0.0.0/tcp/0",
      },
      stdin: "null",
      stdout: out,
      stderr: out,
    });
  }

  async run(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
    const { code, stdout, stderr } = await this.#command(args, "piped").output();
    const text = new TextDecoder();
    return { code, out: text.decode(stdout), err: text.decode(stderr) };
  }

  async mustRun(args: readonly string[]): Promise<void> {
    const { code, out, err } = await this.run(args);
    assert.equal(code, 0, `${this.name}$ rr ${args.join(" ")}\n${out}${err}`);
  }

  startDaemon(): void {
    this.#running.push(
      this.#command(["p2p-sync", "--watch", "--push", "--interval-sec", "2"], "null").spawn(),
    );
  }

  /** Starts `rr pair`; the code and the port that it prints, with a blank between. */
  async startPairing(): Promise<string> {
    const child = this.#command(["pair"], "piped").spawn();
    this.#running.push(child);
    const seen = Promise.withResolvers<string>();
    void child.stderr.pipeTo(new WritableStream()).catch(() => {});
    void (async () => {
      let text = "";
      for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
        text += part;
        const code = /rr pair (\d+-[a-z]+-[a-z]+)/.exec(text)?.[1];
        const port = /\(port (\d+)\)/.exec(text)?.[1];
        if (code !== undefined && port !== undefined) seen.resolve(`${code} ${port}`);
      }
      seen.reject(new Error(`rr pair ended without a code: ${text}`));
    })();
    return await seen.promise;
  }

  async untilFound(command: string): Promise<void> {
    const end = Date.now() + DEADLINE_MS;
    while ((await this.run(["search", command])).code !== 0) {
      assert.ok(Date.now() < end, `${this.name} has no "${command}"`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#running) {
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended.
      }
      await child.status;
    }
    await Deno.remove(this.home, { recursive: true });
  }
}
