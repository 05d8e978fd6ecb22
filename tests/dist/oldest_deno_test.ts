/** The oldest Deno that rr says it runs on: installed by npm, and given the tests that broke on older ones. */
import assert from "node:assert/strict";
import { mustRun, ROOT, run } from "../../scripts/tools.ts";
import { OLDEST_RUNTIME } from "../../src/world/oldest_runtime.ts";

const TESTS = [
  "tests/e2e/signals_test.ts",
  "tests/e2e/control_test.ts",
  "tests/world",
  "tests/store/file",
];

Deno.test("signals, the control socket and the database hold on the oldest Deno", async () => {
  const folder = await Deno.makeTempDir({ prefix: "rr-oldest-deno-" });
  try {
    await Deno.writeTextFile(`${folder}/package.json`, '{"private":true}\n');
    const install = ["npm", "install", "--silent", "--no-audit", "--no-fund"];
    await mustRun([...install, `deno@${OLDEST_RUNTIME.deno}`], { cwd: folder });
    const program = `${folder}/node_modules/.bin/deno`;
    const { stdout } = await mustRun([program, "--version"]);
    assert.ok(stdout.startsWith(`deno ${OLDEST_RUNTIME.deno} `), stdout);
    const done = await run([program, "test", "--quiet", "--no-check", "-A", ...TESTS], {
      cwd: ROOT,
    });
    assert.equal(done.code, 0, done.stdout + done.stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
