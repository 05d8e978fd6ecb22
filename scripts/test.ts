/**
 * `deno task test`: all tests but those of the npm package. With files or folders, those and nothing
 * else (`deno task test tests/sync`); further flags of `deno test` are passed on (`--filter`).
 */
import { deno, ROOT } from "./tools.ts";

/** What tests may do: they start programs, listen on loopback and make folders. */
const PERMISSIONS = ["read", "write", "env", "sys", "run", "net"].map((name) => `--allow-${name}`);

const given = Deno.args.some((arg) => !arg.startsWith("-"));
const runs = given
  ? [[...Deno.args]]
  // The example of the library first: whoever broke it should not wait for the rest.
  : [["--doc", "mod.ts"], ["--ignore=tests/dist", "tests", ...Deno.args]];

for (const args of runs) {
  const leaks = args[0] === "--doc" ? [] : ["--sanitize-ops", "--sanitize-resources"];
  const [program, ...rest] = deno("test", "--quiet", ...leaks, ...PERMISSIONS, ...args);
  const { code } = await new Deno.Command(program!, { args: rest, cwd: ROOT }).spawn().status;
  if (code !== 0) Deno.exit(code);
}
