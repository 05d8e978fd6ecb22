/** What the tests of refused lines share. */
import assert from "node:assert/strict";
import { COMMANDS } from "../../src/cli/commands.ts";
import type { CliCommand, FlagSpec } from "../../src/cli/define_command.ts";
import type { Ran } from "./_run.ts";

export const NAMES = Object.keys(COMMANDS);

export async function load(name: string): Promise<CliCommand> {
  return (await COMMANDS[name]!.load()).command;
}

export function assertClear(ran: Ran, option: string, what: string): void {
  assert.equal(ran.code, 2, `${what}: ${ran.err}`);
  assert.equal(ran.out, "", what);
  assert.match(ran.err, /^error: [^\n]+\nhint: [^\n]+\n$/, what);
  assert.ok(ran.err.includes(option), `${what}: ${ran.err}`);
  assert.doesNotMatch(ran.err, /\n {4}at |undefined|\[object|TypeError|NaN/, what);
  assert.ok(ran.err.length < 500, `${what}: ${ran.err.length} characters`);
}

export function someValue(spec: FlagSpec): string {
  return spec.kind === "enum" ? spec.values[0]! : "1";
}
