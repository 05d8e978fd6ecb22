/** The split bundle: what is compiled, and what the start-up guards look at. */
import { withEagerFunctions } from "./eager_functions.ts";
import { deno, emptyFolder, fail, mustRun, ROOT } from "./tools.ts";

/** Where the bundle goes. */
export const DIST: string = `${ROOT}dist`;
/** The chunk that is loaded first. */
export const START_CHUNK: string = `${DIST}/cli.js`;

/** What whoever waits at a prompt needs: goes into one chunk, which every start reads. */
const START = [
  "src/cli/main.ts",
  "src/world/deno.ts",
  "src/cli/commands/record/record.ts",
  "src/cli/commands/search.ts",
];
const START_NAME = "start_chunk.ts";
/**
 * Files whose chunks, and what these import, are compiled as a whole and so come out of Deno's code
 * cache: the start, and what ctrl-r loads beside it.
 */
const EAGER = ["cli", "interactive", "typed_ahead", "open_history", "terminal_deno"];
/** Code that is started by its address, beside the chunks: `openWriter()` starts it. */
const THREAD = "src/app/writer/writer_thread.ts";
export const THREAD_NAME = "writer_thread";

/** What a bundle is made for. */
interface BundleOptions {
  /** More files to begin at, by their names: the code of each. @default {none} */
  readonly entries?: Readonly<Record<string, string>>;
  /** Whether functions are compiled with their files, see `eager_functions.ts`. @default {true} */
  readonly eager?: boolean;
}

/**
 * Bundles rr into a folder, which is emptied first. Split, since in a single file every `node:` import of the network
 * code would be hoisted to the top, and `rr record` would pay 38 ms for them after each command.
 */
export async function bundle(
  folder: string = DIST,
  { entries: more = {}, eager = true }: BundleOptions = {},
): Promise<void> {
  await emptyFolder(folder);
  const out = await Deno.realPath(folder);
  const sources = `${out}/sources`;
  await copySources(sources);
  const flags = ["--quiet", "--minify", "--platform", "deno", "--code-splitting"];
  for (const [name, code] of Object.entries(more)) {
    await Deno.writeTextFile(`${sources}/${name}`, code);
  }
  const entries = ["cli.ts", `${THREAD_NAME}.ts`, ...Object.keys(more)];
  await mustRun(deno("bundle", ...flags, "--outdir", out, ...entries), { cwd: sources });
  await Deno.remove(sources, { recursive: true });
  if (!eager) return;
  for (const chunk of await eagerChunks(out)) {
    await Deno.writeTextFile(chunk, withEagerFunctions(await Deno.readTextFile(chunk)));
  }
}

async function eagerChunks(folder: string): Promise<Set<string>> {
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name);
  const chunks = new Set<string>();
  for (const wanted of EAGER) {
    const name = names.find((name) => new RegExp(`^${wanted}(?:-[A-Z0-9]+)?\\.js$`).test(name)) ??
      fail(`the bundle has no chunk for ${wanted}: has its file been renamed?`);
    await addGraph(`${folder}/${name}`, chunks, []);
  }
  return chunks;
}

async function addGraph(
  file: string,
  chunks: Set<string>,
  above: readonly string[],
): Promise<void> {
  if (above.includes(file)) fail(`chunks import each other: ${[...above, file].join(" > ")}`);
  if (chunks.has(file)) return;
  for (const specifier of staticImports(await Deno.readTextFile(file))) {
    if (!specifier.startsWith(".")) continue;
    await addGraph(new URL(specifier, `file://${file}`).pathname, chunks, [...above, file]);
  }
  chunks.add(file);
}

/**
 * Copies the sources so that the start becomes one chunk. The bundler makes a chunk for each set of
 * entries that share a file, and every `import()` is an entry: `rr record` would read 26 files. So each
 * entry says that it needs the start, which is loaded by then anyway.
 */
async function copySources(to: string): Promise<void> {
  await Deno.mkdir(to);
  for (const name of ["deno.json", "deno.lock", "cli.ts"]) {
    await Deno.copyFile(`${ROOT}${name}`, `${to}/${name}`);
  }
  const files = await copyFolder(`${ROOT}src`, `${to}/src`);
  await Deno.writeTextFile(
    `${to}/${START_NAME}`,
    START.map((file) => `import "./${file}";\n`).join(""),
  );
  await Deno.writeTextFile(`${to}/${THREAD_NAME}.ts`, `import "./${THREAD}";\n`);
  const entries = new Set([`${to}/cli.ts`, `${to}/${THREAD_NAME}.ts`]);
  for (const file of files) {
    const code = await Deno.readTextFile(file);
    for (const specifier of dynamicImports(code)) {
      if (specifier.startsWith(".")) entries.add(new URL(specifier, `file://${file}`).pathname);
    }
  }
  for (const entry of entries) {
    const up = "../".repeat(entry.slice(to.length + 1).split("/").length - 1) || "./";
    await Deno.writeTextFile(entry, `\nimport "${up}${START_NAME}";\n`, { append: true });
  }
}

async function copyFolder(from: string, to: string): Promise<string[]> {
  await Deno.mkdir(to);
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) {
      files.push(...await copyFolder(`${from}/${name}`, `${to}/${name}`));
      continue;
    }
    await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
    files.push(`${to}/${name}`);
  }
  return files;
}

/** Files that the code loads when it needs them: specifiers of `import("x")`, types left out. */
export function dynamicImports(code: string): string[] {
  const call = /(?<![\w.@])import\(\s*"([^"]+)",?\s*\)(?!\.[A-Z])/g;
  return [...code.matchAll(call)].map((match) => match[1]!);
}

/**
 * The `node:` modules that are loaded before the first line of our own runs: those imported by the
 * start chunk, or by a chunk that it imports, without `import()`.
 */
export async function staticNodeImports(chunk: string = START_CHUNK): Promise<Set<string>> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const open = [chunk];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const specifier of staticImports(await Deno.readTextFile(file))) {
      if (specifier.startsWith("node:")) found.add(specifier);
      else if (specifier.startsWith(".")) open.push(new URL(specifier, `file://${file}`).pathname);
    }
  }
  return found;
}

/** Specifiers of `import ... from "x"`, `import "x"` and `export ... from "x"` in minified code. */
export function staticImports(code: string): string[] {
  const statement =
    /(?:^|[;\n}])\s*(?:import|export)\s*(?:[\w*{}\s,$]+?\s*from\s*)?["']([^"'\n]+)["']/g;
  return [...code.matchAll(statement)].map((match) => match[1]!);
}
