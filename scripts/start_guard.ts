/**
 * `deno task start-guard`: `rr record` and `rr search` must start fast, since a person waits for them.
 *
 * Exact part: on their way the bundle loads no `node:` module but `node:sqlite`; each of the others
 * costs 4 to 25 ms. And but for a few methods no function of it is compiled anew: what runs comes out
 * of the code cache. Measured part: at most {@linkcode AIM} times an empty script, in a home as `rr init` and a
 * hook leave it. The bundle is run without the config of this project, which no compiled program reads.
 */
import { bundle, DIST, START_CHUNK, staticNodeImports } from "./bundle.ts";
import { RR_PERMISSIONS } from "./permissions.ts";
import { deno, denoDir, fail, mustRun, ROOT, run, say } from "./tools.ts";

/** Commands that are waited for at the prompt; the files of `src/cli/commands/` they are in. */
const HOT = ["record", "search", "complete", "overview"];
const AIM = 1.6;
/** From the source more files are read, and each function that runs is compiled anew. */
const SOURCE_AIM = 2.2;
/** Functions of the bundle that a start may compile: 27, all of them methods. It was 220. */
const MOST_COMPILED = 50;
/**
 * Above this it fails. The steps between are told but let pass: on a machine with other work a ratio is a
 * fifth too high now and then, and what the guard is for (a library that is loaded although it is not
 * needed) costs far more.
 */
const MOST_RATIO = 3;
const ROUNDS = 15;
const EMPTY = "empty script";
/**
 * Measured again when over the limit. The commands take turns, so that what else runs on the machine slows
 * all of them: of each round the ratio is taken, of these the middle, and the least of all tries counts.
 */
const TRIES = 6;

await bundle();
await guardImports();
await guardTimes();

async function guardImports(): Promise<void> {
  const start = await Deno.readTextFile(START_CHUNK);
  await refuseNode("the start chunk", START_CHUNK);
  const chunks = Array.from(Deno.readDirSync(DIST), (item) => item.name);
  for (const name of HOT) {
    const chunk = chunks.find((file) => new RegExp(`^${name}-[A-Z0-9]+\\.js$`).test(file));
    if (chunk === undefined) fail(`dist/ has no chunk for ${name}: has its file been renamed?`);
    if (!start.includes(chunk) && !(await anyChunkNames(chunk, chunks))) {
      fail(`nothing loads ${chunk}`);
    }
    await refuseNode(`rr ${name}`, `${DIST}/${chunk}`);
  }
}

async function refuseNode(what: string, file: string): Promise<void> {
  const modules = await staticNodeImports(file);
  modules.delete("node:sqlite");
  if (modules.size > 0) fail(`${what} loads ${[...modules].join(", ")} before it does anything`);
  say(`${what}: no node: module but node:sqlite`);
}

async function anyChunkNames(chunk: string, chunks: readonly string[]): Promise<boolean> {
  for (const file of chunks) {
    if ((await Deno.readTextFile(`${DIST}/${file}`)).includes(chunk)) return true;
  }
  return false;
}

async function guardTimes(): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "rr-start-guard-" });
  try {
    await Deno.writeTextFile(`${home}/empty.js`, "");
    const commands = commandsIn(home);
    const env = { HOME: home, DENO_DIR: await denoDir() };
    await mustRun(bundled(START_CHUNK, "init"), { env });
    await Deno.mkdir(`${home}/.rustory/spool`, { recursive: true, mode: 0o700 });
    // The first run of each fills the code caches, and shows that it works at all.
    for (const command of commands.values()) await mustRun(command, { env });
    await guardCompiling(commands, home, env);
    const ratios = new Map<string, number>();
    let over = ["not measured yet"];
    for (let tried = 0; over.length > 0 && tried < TRIES; tried++) {
      if (tried > 0) say("over the limit: measuring again");
      takeLeast(ratios, await measure(commands, env));
      over = tooHigh(ratios, (name) => name.includes("source") ? SOURCE_AIM : AIM);
    }
    if (over.length > 0) {
      say(`!!! ABOVE THE AIM of ${AIM}, from source ${SOURCE_AIM}: ${over.join(", ")} !!!`);
    }
    const failed = tooHigh(ratios, () => MOST_RATIO);
    if (failed.length > 0) {
      fail(`starting takes more than ${MOST_RATIO} times an empty script: ${failed.join(", ")}`);
    }
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

async function guardCompiling(
  commands: Commands,
  home: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  for (const name of ["record (bundle)", "search (bundle)"]) {
    const log = `${home}/v8.log`;
    const v8 = `--v8-flags=--log-function-events,--logfile=${log},--no-logfile-per-isolate`;
    const [deno, verb, ...rest] = commands.get(name)!;
    // With other flags the code cache is another one, which the first of these fills.
    for (let round = 0; round < 2; round++) await mustRun([deno!, verb!, v8, ...rest], { env });
    const compiled = compiledFunctions(await Deno.readTextFile(log));
    say(`rr ${name}: ${compiled} functions compiled at the start`);
    if (compiled > MOST_COMPILED) {
      fail(`that is more than ${MOST_COMPILED}: is it in no code cache?`);
    }
  }
}

/** How many functions of the bundle V8's log says to have been parsed when they were called. */
function compiledFunctions(log: string): number {
  const lines = log.split("\n").map((line) => line.split(","));
  const ours = new Set(
    lines.filter(([what, , file]) =>
      what === "script-details" && file?.startsWith(`file://${DIST}`)
    )
      .map(([, id]) => id),
  );
  return lines.filter(([what, how, id]) =>
    what === "function" && how === "parse-function" && ours.has(id)
  ).length;
}

type Commands = ReadonlyMap<string, readonly string[]>;

function bundled(file: string, ...args: readonly string[]): readonly string[] {
  const flags = ["--quiet", "--no-config", "--unstable-lazy-dynamic-imports", ...RR_PERMISSIONS];
  return deno("run", ...flags, file, ...args);
}

function commandsIn(home: string): Commands {
  const source = (...args: string[]): readonly string[] =>
    deno("run", "--quiet", ...RR_PERMISSIONS, `${ROOT}cli.ts`, ...args);
  const record = ["record", "--cmd", "git status", "--cwd", home, "--shell", "zsh"];
  const search = ["search", "--limit", "20", "git"];
  return new Map([
    [EMPTY, bundled(`${home}/empty.js`)],
    ["record (bundle)", bundled(START_CHUNK, ...record)],
    ["search (bundle)", bundled(START_CHUNK, ...search)],
    ["record (source)", source(...record)],
    ["search (source)", source(...search)],
  ]);
}

/** Times of each command, round by round. */
type Times = ReadonlyMap<string, readonly number[]>;

async function measure(commands: Commands, env: Readonly<Record<string, string>>): Promise<Times> {
  const times = new Map<string, number[]>(Array.from(commands.keys(), (name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, command] of commands) {
      const start = performance.now();
      const { code, stderr } = await run(command, { env });
      times.get(name)!.push(performance.now() - start);
      if (code !== 0) fail(`${name} ended with ${code}: ${stderr}`);
    }
  }
  return times;
}

function takeLeast(ratios: Map<string, number>, times: Times): void {
  const empty = times.get(EMPTY)!;
  for (const [name, all] of times) {
    const ratio = middle(all.map((ms, round) => ms / empty[round]!));
    say(`${name.padEnd(16)} ${middle(all).toFixed(1).padStart(6)} ms  ${ratio.toFixed(2)}`);
    ratios.set(name, Math.min(ratios.get(name) ?? Infinity, ratio));
  }
}

function middle(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!;
}

/** What is over its limit. */
function tooHigh(
  ratios: ReadonlyMap<string, number>,
  mostOf: (name: string) => number,
): string[] {
  return Array.from(ratios).filter(([name, ratio]) => ratio > mostOf(name))
    .map(([name, ratio]) => `${name} ${ratio.toFixed(2)}`);
}
