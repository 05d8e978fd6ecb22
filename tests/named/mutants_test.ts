/** The simulator sees every broken rule: each is planted into a copy of the sources, which then must fail. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Mutant, MUTANTS } from "./sim/mutants.ts";

const ROOT = new URL("../../", import.meta.url);
/** What the simulator is made of. */
const SOURCES = ["src/named", "src/history", "src/base", "tests/fakes", "tests/named/sim"];
/** Seeds until a mutant counts as alive. The rarest rules fail in one of fifty. */
const SEEDS = 400;

for (const mutant of MUTANTS) {
  Deno.test(`the simulator notices: ${mutant.rule}`, async () => {
    using copy = await plant(mutant);
    const seed = await firstFailure(copy.path);
    assert.ok(seed !== undefined, `${mutant.rule}: no seed below ${SEEDS} fails`);
  });
}

/** A copy of the sources with one rule broken, beside the real ones so that imports are found. */
async function plant(mutant: Mutant): Promise<Disposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({
    dir: fileURLToPath(new URL("tests/named", ROOT)),
    prefix: "mutant-",
  });
  const dispose = (): void => Deno.removeSync(path, { recursive: true });
  try {
    for (const source of SOURCES) {
      await copyFolder(new URL(source + "/", ROOT), `${path}/${source}`);
    }
    const file = `${path}/${mutant.file}`;
    const text = await Deno.readTextFile(file);
    assert.equal(
      text.split(mutant.from).length,
      2,
      `"${mutant.from}" stands once in ${mutant.file}`,
    );
    await Deno.writeTextFile(file, text.replace(mutant.from, () => mutant.to));
    return { path, [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function copyFolder(from: URL, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isFile } of Deno.readDir(from)) {
    if (isFile) await Deno.copyFile(new URL(name, from), `${to}/${name}`);
    else await copyFolder(new URL(`${name}/`, from), `${to}/${name}`);
  }
}

async function firstFailure(path: string): Promise<number | undefined> {
  const run = await import(
    `file://${path}/tests/named/sim/run.ts`
  ) as typeof import("./sim/run.ts");
  for (let seed = 1; seed <= SEEDS; seed++) {
    if (run.simulate(seed, undefined, { quick: true }).failure !== undefined) return seed;
  }
  return undefined;
}
