/**
 * ctrl-r as a person sees it: from the key until the expected row is on the screen, in zsh, bash and fish,
 * painted by the daemon (also right behind a command, in a new shell, and as the first after its start), by
 * a process of its own, by a process where the daemon hangs, by fzf with the bindings of its Debian package
 * and by atuin, beside a Deno process that prints one line.
 *
 *     deno run <permissions> tests/bench/ctrl_r_bench.ts [rounds, default 30] [entries...]
 *
 * Linux with python3 and the three shells; fzf and atuin where they are installed. All take turns in one run. Aims: p95
 * below 20 ms for the daemon on a calm machine, and 350 ms where it hangs.
 */
import { exportEntry } from "../../src/import/export_history.ts";
import { systemClock } from "../../src/base/clock.ts";
import type { Entry, EntryId } from "../../src/history/entry.ts";
import { uuidV7 } from "../../src/history/uuid.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { denoDir, say } from "../../scripts/tools.ts";
import { generateHistory } from "../fakes/history_generator.ts";
import { fillAtuin } from "./_atuin.ts";
import { bundledRr, runRr } from "./_bundle.ts";
import {
  argvOf,
  FZF_BINDINGS,
  loadAtuin,
  loadFzf,
  loadHook,
  type ShellName,
  SHELLS,
  startFile,
} from "./_ctrl_r_shells.ts";
import { fill } from "./_fill.ts";

const HARNESS = new URL("pty_ctrl_r.py", import.meta.url).pathname;
const ROW = ": row-marker-4242";
/** Starts of the daemon of which the first press is measured, so long after each. */
const STARTS = 5;
const FIRST_AFTER_MS = 3_000;
/** Runs of the expected row among the newest, so that every order has it on the first screen. */
const ROW_RUNS = 8;
const DEVICE = "bench";

interface Case {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly hung: number | null;
  /** See `pty_ctrl_r.py`. */
  readonly how: "again" | "behind" | "fresh";
}

const rounds = Number(Deno.args[0] ?? 30);
const sizes = Deno.args.length > 1 ? Deno.args.slice(1).map(Number) : [10_000, 100_000, 1_000_000];
const folder = await Deno.makeTempDir({ prefix: "rr-bench-" });
const cache = await denoDir();
try {
  const cli = await bundledRr(`${folder}/dist`);
  for (const size of sizes) await measure(size, cli);
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function measure(size: number, cli: string): Promise<void> {
  const root = `${folder}/${size}`;
  const [served, alone] = [`${root}/served`, `${root}/alone`];
  for (const home of [served, alone]) makeHome(home, cli);
  const entries = entriesOf(size, served);
  await fillDatabase(`${served}/.rustory/history.db`, entries());
  await Deno.copyFile(`${served}/.rustory/history.db`, `${alone}/.rustory/history.db`);
  for (const shell of SHELLS) writeShellHistory(`${alone}/${shell}_history`, shell, entries());
  Deno.mkdirSync(`${alone}/.local/share/fish`, { recursive: true });
  Deno.renameSync(`${alone}/fish_history`, `${alone}/.local/share/fish/fish_history`);
  const hasAtuin = fillAtuin(alone, environment(alone));
  await withDaemon(served, cli, async (daemon) => {
    const cases = SHELLS.flatMap((shell) => casesOf(shell, served, alone, daemon, hasAtuin));
    const times = await run([...cases, emptyProcess(alone)], rounds);
    say(
      `\n${size} entries, ${rounds} interleaved rounds, load ${Deno.loadavg()[0]!.toFixed(1)}, ms`,
    );
    tell(times);
  });
  say(`the first after each of ${STARTS} starts of the daemon`);
  for (const shell of SHELLS) tell(await firstPresses(shell, served, cli));
}

/** The first press in the first shell after each of some starts. */
async function firstPresses(
  shell: ShellName,
  served: string,
  cli: string,
): Promise<Record<string, number[]>> {
  const name = `${shell}, first`;
  const first = {
    ...caseOf(name, shell, `${served}/hook.${shell}`, served),
    how: "fresh" as const,
  };
  const all: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    await withDaemon(served, cli, async () => {
      all.push(...(await run([first], 1, 0))[name]!);
    });
  }
  return { [name]: all };
}

async function withDaemon(
  home: string,
  cli: string,
  measured: (pid: number) => Promise<void>,
): Promise<void> {
  const daemon = await startDaemon(home, cli);
  try {
    await measured(daemon.pid);
  } finally {
    daemon.kill("SIGTERM");
    await daemon.status;
  }
}

function tell(times: Readonly<Record<string, readonly number[]>>): void {
  for (const [name, all] of Object.entries(times)) {
    say(`${name.padEnd(24)} p50 ${at(all, 0.5).padStart(7)}  p95 ${at(all, 0.95).padStart(7)}`);
  }
}

function makeHome(home: string, cli: string): void {
  Deno.mkdirSync(`${home}/.rustory`, { recursive: true, mode: 0o700 });
  Deno.mkdirSync(`${home}/bin`);
  // Without it the first fish of a user reads all manual pages.
  Deno.mkdirSync(`${home}/.local/share/fish/generated_completions`, { recursive: true });
  const words = runRr(cli).map((word) => `'${word}'`).join(" ");
  Deno.writeTextFileSync(`${home}/bin/rr`, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
}

/** Generated entries; the newest are of this device in its home, and the expected row is among them. */
function entriesOf(size: number, home: string): () => Generator<Entry> {
  return function* (): Generator<Entry> {
    let last: Entry | undefined;
    let i = 0;
    for (const entry of generateHistory(size, { uniqueShare: 0.385 })) {
      const isLate = i++ >= size - 2 * ROW_RUNS && i % 2 === 0;
      yield last = isLate ? rowAfter(entry, home) : entry;
    }
    if (last !== undefined) yield { ...rowAfter(last, home), command: "true" };
  };
}

function rowAfter(entry: Entry, home: string): Entry {
  const id = uuidV7(entry.startedAtMs, crypto.getRandomValues(new Uint8Array(10))) as EntryId;
  const deviceId = DEVICE as Entry["deviceId"];
  return { ...entry, id, deviceId, hostname: DEVICE, cwd: home, exitCode: 0, command: ROW };
}

async function fillDatabase(path: string, entries: Iterable<Entry>): Promise<void> {
  using history = openHistory(path, { files: denoFiles(), clock: systemClock() });
  await fill(history, entries);
  while (history.index.catchUp() > 0);
  history.maintenance.checkpoint(true);
}

function writeShellHistory(path: string, shell: ShellName, entries: Iterable<Entry>): void {
  using file = Deno.openSync(path, { write: true, create: true });
  let parts: Uint8Array[] = [];
  const flush = (): void => {
    for (let rest = joined(parts); rest.length > 0;) rest = rest.subarray(file.writeSync(rest));
    parts = [];
  };
  for (const entry of entries) {
    const record = exportEntry(entry, shell);
    if (record !== undefined && parts.push(record) === 10_000) flush();
  }
  flush();
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function startDaemon(home: string, cli: string): Promise<Deno.ChildProcess> {
  const [program, ...args] = runRr(cli, ...[]);
  const daemon = new Deno.Command(program!, {
    args: [...args, "p2p-sync", "--watch", "--no-serve"],
    env: environment(home),
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  while (!exists(`${home}/.rustory/shell.door`)) await sleep(50);
  await sleep(FIRST_AFTER_MS); // its start is over
  return daemon;
}

function casesOf(
  shell: ShellName,
  served: string,
  alone: string,
  daemon: number,
  hasAtuin: boolean,
): Case[] {
  const hook = (home: string): string => `${home}/hook.${shell}`;
  for (const home of [served, alone]) {
    Deno.writeTextFileSync(hook(home), startFile(shell, loadHook(shell)));
  }
  const daemons = (name: string): Case => caseOf(`${shell}, ${name}`, shell, hook(served), served);
  const cases: Case[] = [
    daemons("daemon"),
    { ...daemons("daemon hangs"), hung: daemon },
    { ...daemons("behind a command"), how: "behind" },
    { ...daemons("new shell"), how: "fresh" },
    caseOf(`${shell}, process`, shell, hook(alone), alone),
  ];
  if (exists(`${FZF_BINDINGS}${shell}`)) {
    const file = `${alone}/fzf.${shell}`;
    Deno.writeTextFileSync(file, startFile(shell, loadFzf(shell, alone)));
    cases.push(caseOf(`${shell}, fzf`, shell, file, alone));
  }
  // In the others it draws nothing on a terminal that answers as little as this one.
  if (hasAtuin && shell === "zsh") {
    const file = `${alone}/atuin.${shell}`;
    Deno.writeTextFileSync(file, startFile(shell, loadAtuin(shell)));
    cases.push(caseOf(`${shell}, atuin`, shell, file, alone));
  }
  return cases;
}

function caseOf(name: string, shell: ShellName, file: string, home: string): Case {
  const argv = argvOf(shell, file);
  return { name, argv, env: environment(home), cwd: home, hung: null, how: "again" };
}

function emptyProcess(home: string): Case {
  const [file, script] = [`${home}/empty.zsh`, `${home}/empty.js`];
  Deno.writeTextFileSync(
    script,
    `Deno.stdout.writeSync(new TextEncoder().encode("${ROW}\\r\\n"));`,
  );
  const command = `${Deno.execPath()} run --quiet ${script}`;
  const widget =
    `empty() { ${command} >/dev/tty; zle reset-prompt }; zle -N empty; bindkey '^R' empty`;
  Deno.writeTextFileSync(file, startFile("zsh", widget));
  return caseOf("an empty Deno process", "zsh", file, home);
}

function environment(home: string): Record<string, string> {
  return {
    HOME: home,
    DENO_DIR: cache,
    PATH: `${home}/bin:${Deno.env.get("PATH") ?? "/usr/bin:/bin"}`,
    TERM: "xterm-256color",
    LANG: "C.UTF-8",
    RUSTORY_DEVICE_ID: DEVICE,
  };
}

async function run(
  cases: readonly Case[],
  times: number,
  warmUp = 2,
): Promise<Record<string, number[]>> {
  const child = new Deno.Command("python3", {
    args: [HARNESS, String(times), String(warmUp)],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(cases)));
  await writer.close();
  const { success, stdout } = await child.output();
  if (!success) throw new Error("The terminals failed, see above");
  return JSON.parse(new TextDecoder().decode(stdout));
}

function at(all: readonly number[], share: number): string {
  const sorted = all.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1);
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path) !== undefined;
  } catch {
    return false;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
