/** The split bundle: what is compiled, and what the start-up guards look at. */
import { withEagerFunctions } from "./eager_functions.ts";
import { dynamicImports } from "./source_graph.ts";
import { groupsOf, startGroups } from "./start_groups.ts";
import { deno, emptyFolder, fail, mustRun, ROOT } from "./tools.ts";

/** Where the bundle goes. */
export const DIST: string = `${ROOT}dist`;
/** The chunk that is loaded first. */
export const START_CHUNK: string = `${DIST}/cli.js`;

/**
 * Files whose chunks, and what these import, are compiled as a whole and so come out of Deno's code
 * cache: what a start loads, and what ctrl-r loads beside it.
 */
const EAGER = ["cli", "record", "search", "interactive", "open_history"];
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
  const files = await copySources(sources);
  const flags = ["--quiet", "--minify", "--platform", "deno", "--code-splitting"];
  for (const [name, code] of Object.entries(more)) {
    await Deno.writeTextFile(`${sources}/${name}`, code);
  }
  const entries = ["cli.ts", `${THREAD_NAME}.ts`, ...Object.keys(more)];
  await loadWholeGroups(entries, files, new URL(`file://${sources}/`));
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

/** Copies the sources; the paths of all files below `src`. */
async function copySources(to: string): Promise<readonly string[]> {
  await Deno.mkdir(to);
  for (const name of ["deno.json", "deno.lock", "cli.ts"]) {
    await Deno.copyFile(`${ROOT}${name}`, `${to}/${name}`);
  }
  await Deno.writeTextFile(`${to}/${THREAD_NAME}.ts`, `import "./${THREAD}";\n`);
  return await copyFolder(`${ROOT}src`, `${to}/src`);
}

/** Has each entry, and each file that an `import()` names, load the groups of `start_groups.ts` as a whole. */
async function loadWholeGroups(
  names: readonly string[],
  files: readonly string[],
  root: URL,
): Promise<void> {
  const groups = await startGroups(root);
  const entries = new Set(names.map((name) => new URL(name, root).href));
  for (const file of files) {
    for (const specifier of dynamicImports(await Deno.readTextFile(file))) {
      if (specifier.startsWith(".")) entries.add(new URL(specifier, `file://${file}`).href);
    }
  }
  const needed = await Promise.all(Array.from(entries, async (href) => {
    const entry = new URL(href);
    return { entry, names: await groupsOf(entry, groups) };
  }));
  for (const { entry, names } of needed) {
    const up = "../".repeat(entry.href.slice(root.href.length).split("/").length - 1) || "./";
    const code = names.map((name) => `\nimport "${up}${name}.ts";\n`);
    await Deno.writeTextFile(entry, code.join(""), { append: true });
  }
  for (const [name, group] of groups) {
    const code = Array.from(group, (file) => `import "./${file.slice(root.href.length)}";\n`);
    await Deno.writeTextFile(new URL(`${name}.ts`, root), code.join(""));
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
