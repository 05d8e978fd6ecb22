/** The split bundle: what is compiled, and what the start-up guards look at. */
import { deno, emptyFolder, mustRun, ROOT } from "./tools.ts";

/** Where the bundle goes. */
export const DIST: string = `${ROOT}dist`;
/** The chunk that is loaded first. */
export const START_CHUNK: string = `${DIST}/cli.js`;

/**
 * Bundles rr into a folder, which is emptied first. Split, since in a single file every `node:` import of the network
 * code would be hoisted to the top, and `rr record` would pay 38 ms for them after each command.
 */
export async function bundle(folder: string = DIST): Promise<void> {
  await emptyFolder(folder);
  const flags = ["--quiet", "--minify", "--platform", "deno", "--code-splitting"];
  await mustRun(deno("bundle", ...flags, "--outdir", folder, "cli.ts"));
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
