/**
 * How long `rr record`, `rr search x` and completion take as processes, on a database of a million
 * entries, against an empty script in the same run. Aim: at most twice the empty script.
 *
 *     deno run --allow-read --allow-write --allow-env --allow-sys --allow-run --allow-net \
 *       tests/bench/startup_bench.ts [rows] [rounds]
 *
 * Once from the source, and once from the bundle that is shipped (`scripts/bundle.ts`).
 */
import { systemClock } from "../../src/base/clock.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { generateHistory } from "../fakes/history_generator.ts";
import { bundledRr } from "./_bundle.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const BATCH = 10_000;
const PERMISSIONS = ["--allow-read", "--allow-write", "--allow-env", "--allow-sys", "--allow-run"];

const rows = Number(Deno.args[0] ?? 1_000_000);
const rounds = Number(Deno.args[1] ?? 31);
const folder = Deno.makeTempDirSync({ prefix: "rr-bench-" });
try {
  print(`${rows} entries, median and least of ${rounds} interleaved rounds, in milliseconds`);
  const dbPath = `${folder}/history.db`;
  fill(dbPath);
  const times = measure(commands(dbPath, await bundledRr(`${folder}/dist`)));
  const empty = times.get("empty script")!;
  for (const [name, all] of times) {
    const [ms, base] = [median(all), median(empty)];
    const ratio = `${(ms / base).toFixed(2)}x`;
    print(`${name.padEnd(24)} ${ms.toFixed(1).padStart(7)} ${least(all).toFixed(1)} ${ratio}`);
  }
} finally {
  Deno.removeSync(folder, { recursive: true });
}

function fill(path: string): void {
  const start = performance.now();
  using history = openHistory(path, { files: denoFiles(), clock: systemClock() });
  let batch = [];
  for (const entry of generateHistory(rows)) {
    if (batch.push(entry) < BATCH) continue;
    history.log.append(batch);
    batch = [];
  }
  history.log.append(batch);
  while (history.index.catchUp() > 0);
  print(`filled in ${Math.round((performance.now() - start) / 1000)} s`);
}

function commands(dbPath: string, bundled: string): Map<string, string[]> {
  Deno.writeTextFileSync(`${folder}/empty.ts`, "");
  const all = new Map([["empty script", [`${folder}/empty.ts`]]]);
  const programs = [["source", `${ROOT}cli.ts`], ["bundle", bundled]] as const;
  for (const [form, program] of programs) {
    const rr = (...args: string[]): string[] => [program, "--db-path", dbPath, ...args];
    all.set(`${form}: --version`, [program, "--version"]);
    all.set(`${form}: record`, rr("record", "--cmd", "git status", "--exit-code", "0"));
    all.set(`${form}: search x`, rr("search", "--limit", "200", "x"));
    all.set(`${form}: __complete`, [program, "__complete", "sea"]);
  }
  return all;
}

function measure(all: ReadonlyMap<string, string[]>): Map<string, number[]> {
  const times = new Map<string, number[]>([...all.keys()].map((name) => [name, []]));
  // The first round fills the caches of compiled code.
  for (let round = -1; round < rounds; round++) {
    for (const [name, args] of all) {
      const start = performance.now();
      run(name, args);
      if (round >= 0) times.get(name)!.push(performance.now() - start);
    }
  }
  return times;
}

function run(name: string, args: readonly string[]): void {
  const { code, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--unstable-lazy-dynamic-imports", ...PERMISSIONS, ...args],
    env: { HOME: folder, DENO_DIR: denoDir() },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).outputSync();
  if (code !== 0) throw new Error(`${name}: ${code} ${new TextDecoder().decode(stderr)}`);
}

// HOME is another one, but the compiled code lies where it always does.
function denoDir(): string {
  return Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
}

function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[all.length >> 1]!;
}

function least(all: readonly number[]): number {
  return Math.min(...all);
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
