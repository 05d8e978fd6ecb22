import assert from "node:assert/strict";
import { expectSuccess } from "../../src/service/actions.ts";
import { RrError } from "../../src/base/rr_error.ts";
import { systemRun } from "../../src/service/run.ts";

Deno.test("systemRun() gives exit code, output and the variables it was told", async () => {
  const script = 'echo "$A $LC_ALL"; echo no >&2; exit 3';
  const ran = await systemRun(["sh", "-c", script], { env: { A: "b c" } });
  assert.deepEqual(ran, { code: 3, stdout: "b c C\n", stderr: "no\n" });
});

Deno.test("systemRun() answers 127 for a program that is not there", async () => {
  assert.equal((await systemRun(["rr-no-such-program"])).code, 127);
});

Deno.test("systemRun() ends the program when it is aborted", async () => {
  const abort = new AbortController();
  const ran = systemRun(["sleep", "1000"], { signal: abort.signal });
  abort.abort(new Error("enough"));
  await assert.rejects(ran, /enough/);
  await assert.rejects(systemRun(["true"], { signal: abort.signal }), /enough/);
});

Deno.test("expectSuccess() names the command, its code and its words", () => {
  expectSuccess({ code: 0, stdout: "", stderr: "" }, ["true"]);
  assert.throws(
    () => expectSuccess({ code: 5, stdout: "", stderr: "I/O\n" }, ["do", "a b"], "Try again"),
    (error) =>
      error instanceof RrError && error.hint === "Try again" &&
      error.message === `"do 'a b'" failed with exit code 5: I/O`,
  );
});
