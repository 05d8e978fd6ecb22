/** The hook of fish: what no other shell has. */
import assert from "node:assert/strict";
import { Shell } from "./_shell.ts";

Deno.test("fish hook: prints nothing of its own", async () => {
  await using shell = await Shell.open("fish");
  for (const line of ["echo a; false", "", "echo c | cat", "not-a-command"]) await shell.line(line);
  // fish draws a line several times, differently each time.
  assert.doesNotMatch(shell.output, /rustory|warning|rr1|spool/);
});

Deno.test("fish hook: records nothing in private mode", async () => {
  await using shell = await Shell.open("fish", { before: "set -g fish_private_mode 1" });
  await shell.line("echo a");
  assert.deepEqual(shell.spoolFiles(), []);
});

Deno.test("fish hook: goes on where functions have the names of builtins", async () => {
  await using shell = await Shell.open("fish");
  const names = ["contains", "functions", "path"];
  await shell.line(names.map((name) => `function ${name}; end`).join("; "));
  await shell.line("false");
  assert.deepEqual(shell.records().map(({ exitCode }) => exitCode), [0, 1]);
});

Deno.test("fish hook: knows the time where IFS has letters", async () => {
  await using shell = await Shell.open("fish", { before: "set -g IFS x." });
  const from = Date.now() - 60_000;
  await shell.line("echo a");
  assert.doesNotMatch(shell.output, /Error/);
  assert.ok((shell.records()[0]?.startedAtMs ?? 0) > from);
});

Deno.test("fish hook: its counter goes on past the first ten", async () => {
  await using shell = await Shell.open("fish");
  for (let i = 0; i < 12; i++) await shell.line(`echo ${i}`);
  const keys = shell.records().map(({ key }) => key);
  assert.equal(keys.length, 12);
  assert.equal(new Set(keys).size, 12, keys.join(", "));
});

Deno.test("fish hook: a line whose start was cut short is noted at its end, behind others too", async () => {
  await using shell = await Shell.open("fish");
  // As ctrl-c does it: behind the first step.
  await shell.line(
    'functions -c __rustory_preexec whole; function __rustory_preexec --on-event fish_preexec; if string match -q "*cut" -- $argv[1]; set -ga __rustory_typed $argv[1]; else; whole $argv; end; end',
  );
  for (const line of ["echo whole", "echo first cut", "false; echo second cut"]) {
    await shell.line(line);
  }
  assert.deepEqual(shell.commands().slice(1), [
    "echo whole",
    "echo first cut",
    "false; echo second cut",
  ]);
});
