/**
 * `deno task mutants`: plants small faults into a copy of the code, one at a time, and runs the tests
 * that should notice. A fault that no test notices survives: either a test is owed, or the fault changes
 * nothing that anybody promised. Tests that fail without the fault tell nothing, so each set of tests is
 * run once without one.
 *
 *     deno task mutants                           the faults written down in mutants/known.ts
 *     deno task mutants --count 60 --seed 1       as many faults made up from the seed
 *     deno task mutants --under src/sync ...      only in files below that folder
 *
 * Ends with 1 if a fault survived, or if tests failed without one. Takes some seconds a fault.
 */
import { parseArgs } from "node:util";
import { folderOf } from "../src/base/folder_of.ts";
import { type Fault, madeUpFaults } from "./mutants/made_up.ts";
import { KNOWN_FAULTS } from "./mutants/known.ts";
import { deno, fail, mustRun, ROOT, run, say } from "./tools.ts";

/** Longest time for the tests of one fault; one that makes them hang counts as noticed. */
const FAULT_MS = 180_000;

const { values } = parseArgs({
  options: {
    count: { type: "string" },
    seed: { type: "string", default: "1" },
    under: { type: "string", default: "src/" },
  },
});

const files = (await mustRun(["git", "ls-files"])).stdout.split("\n").filter((file) => file !== "");
const copy = await Deno.makeTempDir({ prefix: "rr-mutants-" });
/** Whether tests pass without a fault, by their names. */
const sound = new Map<string, boolean>();
let survivors = 0;
let tried = 0;
let unsound = 0;
try {
  await copyAll(files, copy);
  for (const fault of await chosen()) await plant(fault);
} finally {
  await Deno.remove(copy, { recursive: true });
}
say(`\n${tried} faults, ${tried - survivors} noticed, ${survivors} survived, ${unsound} not tried`);
if (survivors + unsound > 0) Deno.exit(1);

async function chosen(): Promise<readonly Fault[]> {
  const sources = files.filter((file) => file.startsWith(values.under) && file.endsWith(".ts"));
  if (values.count === undefined) {
    return KNOWN_FAULTS.filter((fault) => fault.file.startsWith(values.under));
  }
  const count = Number(values.count);
  if (!Number.isInteger(count) || count < 1) fail(`--count must be a whole number above 0`);
  const texts = new Map<string, string>();
  for (const file of sources) texts.set(file, await Deno.readTextFile(`${ROOT}${file}`));
  return madeUpFaults(texts, files, count, Number(values.seed));
}

async function plant(fault: Fault): Promise<void> {
  const path = `${copy}/${fault.file}`;
  const text = await Deno.readTextFile(path);
  const at = fault.at ?? text.indexOf(fault.from);
  if (at === -1 || text.slice(at, at + fault.from.length) !== fault.from) {
    unsound++;
    return say(`not tried  ${fault.file}  it no longer holds ${JSON.stringify(fault.from)}`);
  }
  const line = text.slice(0, at).split("\n").length;
  if (!await isSound(fault.tests)) {
    unsound++;
    return say(`not tried  ${fault.file}:${line}  ${fault.tests[0]} fails without the fault`);
  }
  await Deno.writeTextFile(path, text.slice(0, at) + fault.to + text.slice(at + fault.from.length));
  const noticed = !await passes(fault.tests);
  await Deno.writeTextFile(path, text);
  tried++;
  if (!noticed) survivors++;
  const what = `${JSON.stringify(fault.from)} -> ${JSON.stringify(fault.to)}`;
  say(`${noticed ? "noticed " : "SURVIVED"}  ${fault.file}:${line}  ${what}`);
}

async function isSound(tests: readonly string[]): Promise<boolean> {
  const key = tests.join(" ");
  if (!sound.has(key)) sound.set(key, await passes(tests));
  return sound.get(key)!;
}

async function passes(tests: readonly string[]): Promise<boolean> {
  const seconds = String(FAULT_MS / 1000);
  const command = deno("test", "--quiet", "--no-check", "--fail-fast", "-A", ...tests);
  return (await run(["timeout", "-k", "5", seconds, ...command], { cwd: copy })).code === 0;
}

async function copyAll(names: readonly string[], to: string): Promise<void> {
  for (const name of names) {
    const target = `${to}/${name}`;
    await Deno.mkdir(folderOf(target), { recursive: true });
    await Deno.copyFile(`${ROOT}${name}`, target);
  }
}
