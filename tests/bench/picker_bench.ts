/**
 * What a person feels at ctrl-r, measured from outside through a pseudo-terminal (`pty_latency.py`): from
 * the start of the process to the first frame, from a key to the next frame and to the complete
 * result, and the memory of the process.
 *
 *     deno run --allow-read --allow-write --allow-env --allow-sys --allow-run \
 *       tests/bench/picker_bench.ts [rows] [rounds] [database]
 *
 * Once from the source, and once from the bundle that is shipped. A database that is named is filled
 * if it is not there, and kept. Aims at 1,000,000 rows with 385,000 distinct commands: first frame
 * p95 below 60 ms, key to frame p95 below 20 ms, to the complete result below 60 ms, below 120 MB.
 */
import { systemClock } from "../../src/base/clock.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { generateHistory } from "../fakes/history_generator.ts";
import { bundledRr } from "./_bundle.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const HARNESS = new URL("pty_latency.py", import.meta.url).pathname;
const BATCH = 10_000;
const PERMISSIONS = ["--allow-read", "--allow-write", "--allow-env", "--allow-sys", "--allow-run"];
/** The queries of atuin's benchmark that are typed letter by letter, and two of our own. */
const TYPED = ["git p", "cargo build", "docker compose up", "zzqx", "kgp", "deploy"];
/** A script that only draws an empty frame: what starting the runtime costs. */
const EMPTY = "empty script";
/** Sessions of typing for each mode. */
const TYPING_ROUNDS = 3;

interface Measured {
  readonly paint: readonly number[];
  readonly loaded: readonly number[];
  readonly key: readonly number[];
  readonly complete: readonly number[];
  readonly memory: readonly { readonly VmHWM: number; readonly RssAnon: number }[];
}

const rows = Number(Deno.args[0] ?? 1_000_000);
const rounds = Number(Deno.args[1] ?? 31);
const folder = Deno.makeTempDirSync({ prefix: "rr-bench-" });
try {
  const dbPath = Deno.args[2] ?? `${folder}/history.db`;
  fill(dbPath);
  const pickers = commands(dbPath, await bundledRr(`${folder}/dist`));
  firstFrames(pickers);
  for (const [name, command] of pickers) {
    if (name !== EMPTY) { for (const mode of ["fuzzy", "substring"]) typing(name, mode, command); }
  }
} finally {
  Deno.removeSync(folder, { recursive: true });
}

function fill(path: string): void {
  const files = denoFiles();
  if (files.stat(path) !== undefined) return;
  const start = performance.now();
  using history = openHistory(path, { files, clock: systemClock() });
  let batch = [];
  // So that the distinct commands are 38 %, as in the largest history that somebody published.
  for (const entry of generateHistory(rows, { uniqueShare: 0.385 })) {
    if (batch.push(entry) < BATCH) continue;
    history.log.append(batch);
    batch = [];
  }
  history.log.append(batch);
  while (history.index.catchUp() > 0);
  print(`filled in ${Math.round((performance.now() - start) / 1000)} s`);
}

function commands(dbPath: string, bundled: string): Map<string, readonly string[]> {
  Deno.writeTextFileSync(
    `${folder}/empty.js`,
    String.raw`Deno.stderr.writeSync(new TextEncoder().encode("\x1b[?2026l"));`,
  );
  const run = [
    ...[Deno.execPath(), "run", "--quiet", "--unstable-lazy-dynamic-imports"],
    ...PERMISSIONS,
  ];
  const search = ["search", "-i", "--widget", "--db-path", dbPath];
  const all = new Map([
    [EMPTY, [...run, `${folder}/empty.js`]],
    ["source", [...run, "--config", `${ROOT}deno.json`, `${ROOT}cli.ts`, ...search]],
  ]);
  all.set("bundle", [...run, bundled, ...search]);
  return all;
}

function firstFrames(all: ReadonlyMap<string, readonly string[]>): void {
  const times = new Map<string, number[]>(Array.from(all.keys(), (name) => [name, []]));
  for (const command of all.values()) measure(command, "--first-only"); // fills the caches
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of all) {
      times.get(name)!.push(...measure(command, "--first-only").paint);
    }
  }
  print(`\nprocess start to first frame, ${rounds} interleaved rounds, ms`);
  const base = at(times.get(EMPTY)!, 0.5);
  for (const [name, ms] of times) {
    print(`${name.padEnd(14)} ${summary(ms)}  ${(at(ms, 0.5) / base).toFixed(2)}x`);
  }
}

function typing(name: string, mode: string, command: readonly string[]): void {
  const words = TYPED.flatMap((word) => ["--type", word]);
  const measured = measure(
    command,
    ...["--rounds", String(TYPING_ROUNDS), "--mode", mode, ...words],
  );
  print(`\n${name}, ${mode}, typed letter by letter, ms`);
  print(`key to frame    ${summary(measured.key)}`);
  print(`key to complete ${summary(measured.complete)}`);
  print(`all loaded      ${summary(measured.loaded)}`);
  const most = Math.max(...measured.memory.map(({ VmHWM }) => VmHWM));
  const own = Math.max(...measured.memory.map(({ RssAnon }) => RssAnon));
  print(`memory          at most ${most.toFixed(0)} MB, ${own.toFixed(0)} of them its own`);
}

function measure(command: readonly string[], ...options: readonly string[]): Measured {
  const { success, stdout, stderr } = new Deno.Command("python3", {
    args: [HARNESS, ...options, "--", ...command],
    env: { HOME: folder, DENO_DIR: denoDir(), TERM: "xterm-256color" },
  }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

// HOME is another one, so that nobody's settings matter.
function denoDir(): string {
  const own = Deno.env.get("DENO_DIR");
  if (own) return own;
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync();
  const { denoDir: found } = JSON.parse(new TextDecoder().decode(stdout));
  Deno.env.set("DENO_DIR", found);
  return found;
}

function summary(all: readonly number[]): string {
  const shown = [["least", 0], ["median", 0.5], ["p95", 0.95], ["most", 1]] as const;
  return shown.map(([name, share]) => `${name} ${at(all, share).toFixed(1).padStart(6)}`).join(
    "  ",
  );
}

function at(all: readonly number[], share: number): number {
  const sorted = all.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
