/** Whatever is typed: one clear error that names option and value, no stack, and the exit code of the docs. */
import assert from "node:assert/strict";
import { type CliCommand, type FlagSpec, optionName } from "../../src/cli/define_command.ts";
import { LineError, readLine } from "../../src/cli/line/read_line.ts";
import { annsWorld, rr } from "./_run.ts";
import { assertClear, load, NAMES, someValue } from "./_bad_lines.ts";

const LONG = "x".repeat(5_000);

const VALUES = ["", " ", "-1", "0", "99999999999999999999", "1.5", "1e3", "😀", "a\nb", "word"];

const ODD = ["a\0b", "\x1b[31mred", LONG];

/** Options that take any text as far as the line goes: what it means is checked by the command. */
const TAKES_ANYTHING = [
  "bind",
  "cmd",
  "cmd-file",
  "cwd",
  "db-path",
  "id",
  "identity-key",
  "limit", // of search: a setting, see below
  "listen",
  "log-format",
  "log-level",
  "metrics-bind",
  "path",
  "peers",
  "query",
  "relay",
  "req-attempts",
  "req-backoff-base-ms",
  "req-timeout-base-sec",
  "req-timeout-cap-sec",
  "start-jitter-sec",
  "swarm-key",
  "token",
  "tracker-token",
  "trackers",
];

/** What a line must have besides. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  prune: ["--older-than-days=5"],
  completions: ["zsh"],
  config: ["list"],
  hub: ["status"],
  service: ["status"],
};

function besides(name: string, option: string): readonly string[] {
  return (REQUIRED[name] ?? []).filter((word) => !word.startsWith(option));
}

function isRefused(command: CliCommand, line: readonly string[], flag: string): boolean {
  try {
    readLine(command, line);
    return false;
  } catch (error) {
    if (!(error instanceof LineError)) throw error;
    const { fault } = error;
    return "flag" in fault && fault.flag === flag &&
      ["bad-value", "no-choice", "takes-no-value"].includes(fault.kind);
  }
}

function quotes(err: string, value: string): boolean {
  const begin = JSON.stringify([...value].slice(0, 20).join("")).slice(1, -1);
  return err.includes(`"${begin}`);
}

Deno.test("every option refuses what it cannot use, and names itself, the value and where to read on", async () => {
  using world = annsWorld();
  for (const name of NAMES) {
    const command = await load(name);
    for (const [flag, spec] of Object.entries(command.flags)) {
      const option = optionName(flag);
      let refused = 0;
      for (const value of [...VALUES, ...ODD]) {
        const line = `${option}=${value}`;
        const whole = [...besides(name, option), line];
        if (!isRefused(command, whole, flag)) continue;
        refused++;
        const ran = await rr(world, name, ...whole);
        assertClear(ran, option, `rr ${name} ${line.slice(0, 60)}`);
        if (spec.kind !== "boolean") assert.ok(quotes(ran.err, value), ran.err);
      }
      const expected = TAKES_ANYTHING.includes(option.slice(2));
      assert.ok(refused > 0 || expected, `rr ${name} ${option} takes anything`);
    }
  }
  assert.deepEqual([...Deno.readDirSync(world.home)], [], "a refused line writes nothing");
});

Deno.test("every option says that it lacks a value, or was given twice", async () => {
  using world = annsWorld();
  for (const name of NAMES) {
    const command = await load(name);
    for (const [flag, spec] of Object.entries(command.flags)) {
      const option = optionName(flag);
      if (spec.kind !== "boolean") {
        assertClear(
          await rr(world, name, option),
          `${option} needs a value`,
          `rr ${name} ${option}`,
        );
      }
      if (isRepeatable(spec)) continue;
      const one = spec.kind === "boolean" ? option : `${option}=${someValue(spec)}`;
      const ran = await rr(world, name, one, one);
      assertClear(ran, `${option} was given twice`, `rr ${name} ${one} ${one}`);
    }
  }
});

function isRepeatable(spec: FlagSpec): boolean {
  return spec.kind === "parsed" && spec.variadic !== undefined;
}

Deno.test("every option that is mistyped gets a suggestion", async () => {
  using world = annsWorld();
  for (const name of NAMES) {
    const command = await load(name);
    const options = Object.keys(command.flags).map(optionName);
    for (const option of options) {
      const typo = option.length > 6 ? option.slice(0, -2) + option.at(-1) : `${option}s`;
      if (options.includes(typo)) continue;
      const { code, err } = await rr(world, name, `${typo}=1`);
      assert.equal(code, 2);
      assert.match(err, /^error: There is no option --\S+, did you mean --[a-z-]+\?\nhint: /, typo);
    }
  }
});
