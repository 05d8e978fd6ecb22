import assert from "node:assert/strict";
import { runFzf } from "../../src/cli/picker/fzf.ts";
import { RrError } from "../../src/base/rr_error.ts";
import { ListSource } from "./_list_source.ts";

const COMMANDS = ["git push", "for f in *; do\n\techo $f\ndone", "rm \x1b[2J\t7\tx"];

/** Runs with a shell script in the place of fzf. */
async function withScript<T>(script: string, run: (program: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "rr-test-" });
  try {
    const program = `${folder}/fzf`;
    await Deno.writeTextFile(program, `#!/bin/sh\n${script.replaceAll("$FOLDER", folder)}\n`);
    await Deno.chmod(program, 0o755);
    return await run(program);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("runFzf() hands over one printable row per command and takes the answer by id", async () => {
  const folder = await Deno.makeTempDir({ prefix: "rr-test-" });
  try {
    const script = `cat >${folder}/rows; printf '\\0002\\tanything\\000'`;
    const outcome = await withScript(script, (fzf) => runFzf(new ListSource(COMMANDS), {}, fzf));
    assert.deepEqual(outcome, { kind: "chosen", action: "edit", command: COMMANDS[1] });
    const rows = (await Deno.readTextFile(`${folder}/rows`)).split("\0");
    assert.deepEqual(rows, [
      "1\tgit push",
      "2\tfor f in *; do↵ echo $f↵done",
      "3\trm ␛[2J 7 x",
      "",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("runFzf() takes tab as the other action", async () => {
  const script = `cat >/dev/null; printf 'tab\\0001\\tx\\000'`;
  const run = (enter: "edit" | "run") =>
    withScript(script, (fzf) => runFzf(new ListSource(COMMANDS), { enter }, fzf));
  assert.deepEqual(await run("edit"), { kind: "chosen", action: "run", command: "git push" });
  assert.deepEqual(await run("run"), { kind: "chosen", action: "edit", command: "git push" });
});

Deno.test("runFzf() passes the query without what could act on a terminal", async () => {
  const script =
    `for a; do case $a in --query=*) test "$a" = '--query=git␛st' || exit 2;; esac; done
cat >/dev/null; exit 130`;
  const options = { query: "git\x1bst" };
  const outcome = await withScript(script, (fzf) => runFzf(new ListSource([]), options, fzf));
  assert.deepEqual(outcome, { kind: "cancelled" });
});

Deno.test("runFzf() does not mind that fzf leaves while rows are still written", async () => {
  const source = new ListSource(Array.from({ length: 50_000 }, (_, i) => `command ${i}`));
  source.sliceSize = 1000;
  const chosen = `head -c 10 >/dev/null; printf '\\0007\\tx\\000'`;
  const outcome = await withScript(chosen, (fzf) => runFzf(source, {}, fzf));
  assert.deepEqual(outcome, { kind: "chosen", action: "edit", command: "command 6" });
  const left = await withScript("exit 130", (fzf) => runFzf(source, {}, fzf));
  assert.deepEqual(left, { kind: "cancelled" });
});

Deno.test("runFzf() tells no match, a forged answer and a failure apart", async () => {
  const run = (script: string) =>
    withScript(script, (fzf) => runFzf(new ListSource(COMMANDS), {}, fzf));
  assert.deepEqual(await run("cat >/dev/null; exit 1"), { kind: "nothing" });
  assert.deepEqual(await run("cat >/dev/null; printf '\\0rm -rf x\\0'"), { kind: "nothing" });
  assert.deepEqual(await run("cat >/dev/null; printf '\\00099\\tx\\000'"), { kind: "nothing" });
  await assert.rejects(run("cat >/dev/null; exit 2"), { code: "io" });
});

Deno.test("runFzf() says that there is no fzf, with a hint", async () => {
  await assert.rejects(
    runFzf(new ListSource(COMMANDS), {}, "/nonexistent/fzf"),
    (error: unknown) => error instanceof RrError && error.code === "not-found" && !!error.hint,
  );
});
