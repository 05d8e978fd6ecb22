/** ctrl-r in real shells with the hook: recorded by it, found by the picker, back on the prompt. */
import assert from "node:assert/strict";
import { inShell, SHELLS } from "./_shell_session.ts";
import { until, untilNoFile } from "./_tmux.ts";

for (const shell of SHELLS) {
  const { name } = shell;

  Deno.test(`${name}: ctrl-r finds what was recorded and puts it on the prompt, newlines and all`, async () => {
    await inShell(shell, async ({ tmux, open }) => {
      for (const line of ["echo 'one", "two'"]) {
        await tmux.type(line);
        await tmux.press("Enter");
      }
      await tmux.until((rows) => rows.filter((row) => row === "two").length === 1);
      await tmux.type("one");
      const rows = await open("C-r");
      assert.ok(rows.some((row) => row.startsWith("> one")), rows.join("\n"));
      await tmux.untilText("echo 'one↵two'");
      await tmux.press("Enter");
      await tmux.until((all) => !all.some((row) => row.includes("fuzzy")));
      await tmux.press("Enter");
      await tmux.until((all) => all.filter((row) => row === "two").length === 2);
    });
  });

  Deno.test(`${name}: Esc leaves the line as it was`, async () => {
    await inShell(shell, async ({ tmux, folder, run, open }) => {
      await run("echo a");
      await tmux.press("C-l");
      await tmux.type("half a li");
      await open("C-r");
      await tmux.press("Escape");
      await untilNoFile(`${folder}/running`);
      const rows = await tmux.until((all) => all[0]?.trimEnd() === "$ half a li");
      assert.ok(rows.slice(1).every((row) => row === ""), rows.join("\n"));
      await tmux.type("ne");
      await tmux.untilText("$ half a line");
    });
  });

  Deno.test(`${name}: Alt-Enter in the picker runs the command, Tab puts it on the prompt`, async () => {
    await inShell(shell, async ({ tmux, folder, run, open }) => {
      await run(`echo x >>${folder}/count`);
      await tmux.type("count");
      await open("C-r");
      await tmux.untilText("nt ; : >"); // the end of the command, in the preview
      await tmux.press("M-Enter");
      const count = (): string => Deno.readTextFileSync(`${folder}/count`);
      await until("the second run", () => count() === "x\nx\n");
      await tmux.until((rows) => rows.findLast((row) => row !== "")?.trimEnd() === "$");
      await open("C-r");
      await tmux.untilText("nt ; : >");
      await tmux.press("Tab");
      await tmux.until((all) => !all.some((row) => row.includes("fuzzy")));
      await tmux.press("Enter");
      await until("the third run", () => count() === "x\nx\nx\n");
    });
  });

  Deno.test(`${name}: ctrl-d in the picker deletes a command, and its text from all files`, async () => {
    await inShell(shell, async ({ tmux, folder, run, open }) => {
      await run("echo first");
      await run("echo second");
      await tmux.press("C-l");
      await tmux.type("echo fi");
      await open("C-r");
      await tmux.until((rows) => rows.some((row) => /^> .*echo first/.test(row)));
      await tmux.press("C-d");
      await tmux.untilText("Delete the 1 run");
      await tmux.type("y");
      await tmux.untilText("Deleted 1 run");
      await tmux.until((rows) => !rows.some((row) => row.includes("echo first")));
      await tmux.press("C-g");
      await tmux.until((rows) => !rows.some((row) => row.includes("fuzzy")));
      // A process in the background writes the file anew, so that the text is nowhere in it.
      await until(
        "the end of the text",
        () => !bytesBelow(`${folder}/.rustory`).includes("echo first"),
      );
      assert.ok(bytesBelow(`${folder}/.rustory`).includes("echo second"));
    });
  });
}

/** All bytes of all files below a folder, as text of one letter a byte. */
function bytesBelow(folder: string): string {
  let all = "";
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) all += bytesBelow(`${folder}/${name}`);
    else all += readIfThere(`${folder}/${name}`);
  }
  return all;
}

// A log file of SQLite may go while the folder is read.
function readIfThere(path: string): string {
  try {
    return new TextDecoder("latin1").decode(Deno.readFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
