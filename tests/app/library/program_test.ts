/** The program of docs/library.md does what the page says; tests/dist/ runs it on Node. */
import assert from "node:assert/strict";
import { deno, mustRun, ROOT } from "../../../scripts/tools.ts";
import { OLDEST_RUNTIME } from "../../../src/world/oldest_runtime.ts";
import { libraryProgram } from "../../pages/_library_program.ts";

Deno.test("the program of docs/library.md runs on Deno and prints what the page says", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { source, printed, runtimes } = await libraryProgram();
    assert.deepEqual(runtimes, OLDEST_RUNTIME);
    const path = `${folder}/program.js`;
    await Deno.writeTextFile(path, source.replace('"@rustory/cli"', `"file://${ROOT}mod.ts"`));
    const [program, ...words] = deno("run", "-A", "--quiet", `--config=${ROOT}deno.json`, path);
    const { stdout, stderr } = await mustRun([program!, ...words]);
    assert.equal(stdout, `${printed}\n`);
    assert.equal(stderr, "");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
