/**
 * `deno task bench [name]... [path]...`: the benchmarks of tests/bench/, one after the other, or only
 * those whose file names hold one of the words. Words with a slash are paths and go to the benchmarks.
 */
import { deno, fail, ROOT, say } from "./tools.ts";

const PERMISSIONS = [
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys",
  "--allow-run",
  "--allow-net",
];

const words = Deno.args.filter((word) => !word.includes("/"));
const paths = Deno.args.filter((word) => word.includes("/"))
  .map((path) => path.startsWith("/") ? path : `${Deno.cwd()}/${path}`);
const folder = `${ROOT}tests/bench`;
const files = Array.from(Deno.readDirSync(folder), (item) => item.name)
  .filter((name) => name.endsWith("_bench.ts"))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort();
if (files.length === 0) fail(`no benchmark is named like ${words.join(" or ")}`);

const failed: string[] = [];
for (const name of files) {
  say(`\n== ${name}`);
  const [program, ...args] = deno("run", "--quiet", ...PERMISSIONS, `${folder}/${name}`, ...paths);
  const { success } = await new Deno.Command(program!, {
    args,
    cwd: ROOT,
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (!success) failed.push(name);
}
if (failed.length > 0) fail(`failed: ${failed.join(", ")}`);
