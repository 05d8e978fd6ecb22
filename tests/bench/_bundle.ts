/** `rr` as it is shipped: the split bundle under `deno run`. */
import { bundle } from "../../scripts/bundle.ts";
import { RR_PERMISSIONS } from "../../scripts/permissions.ts";

/** Makes the bundle in a folder; the file to run, before the arguments of `rr`. */
export async function bundledRr(folder: string): Promise<string> {
  await bundle(folder);
  return `${folder}/cli.js`;
}

/** The command line that runs a file as `rr` is run. */
export function runRr(file: string, ...flags: readonly string[]): readonly string[] {
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    "--unstable-lazy-dynamic-imports",
    ...RR_PERMISSIONS,
    ...flags,
    file,
  ];
}
