import { causeChain, RrError } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";
import { loadSettings } from "../../../config/load.ts";
import { printable } from "../../../base/printable.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../../define_command.ts";
import { CHECKS } from "./checks.ts";
import { askDaemon } from "./daemon.ts";
import type { Check, DoctorContext, Finding, FindingLevel } from "./finding.ts";
import { originalReport, trackerSection } from "./original_report.ts";
import { originalLines } from "./original_text.ts";
import { ExitCode } from "../../exit_code.ts";
import { JSON_FLAG, switchFlag } from "../../flags/flags.ts";
import { folded } from "../../print/fold.ts";
import { type Palette, paletteFor, printJson } from "../../print/print.ts";
import { pingTrackers } from "../../machine/tracker_state.ts";

interface Flags {
  readonly json: boolean;
  readonly verbose: boolean;
}

/** `rr doctor` */
export const command: CliCommand = defineCommand<Flags>({
  usage: ["[--verbose | --json]"],
  details:
    `Creates and changes nothing. The exit code is 1 if anything should be put right, else 0: nothing is
recorded in the shell that it is called from, devices that are there cannot sync, keys differ, the
daemon works with other settings than the files say, the service is stopped, a file is damaged.

Examples:
  rr doctor
  rr doctor --json | jq '.checks[] | select(.level != "ok")'`,
  flags: {
    json: JSON_FLAG,
    verbose: switchFlag("On a terminal, the settings and keys in force as well"),
  },
  run,
});

interface CheckedFinding extends Finding {
  readonly check: string;
}

async function run(
  world: World,
  { dbPath, json, verbose }: Flags & GlobalFlags,
): Promise<number> {
  const settings = loadSettings(world, { dbPath }, { lenient: true });
  // With a dead resolver each question takes as long as it may: they are all asked at once.
  const trackers = pingTrackers(world, settings);
  const [report, daemon] = await Promise.all([
    originalReport(world, settings),
    askDaemon(world, settings.dbPath),
  ]);
  const context = { world, settings, report, trackers, daemon };
  const found = (await Promise.all(CHECKS.map((check) => runCheck(check, context)))).flat();
  const whole = { ...report, trackers: trackerSection(await trackers) };
  const ok = found.every(({ level }) => level === "ok" || level === "info");
  if (json) {
    const checks = found.map(({ check, level, message, hint }) => ({
      check,
      level,
      message,
      hint: hint ?? null,
    }));
    printJson(world, { ...whole, checks, ok });
  } else {
    const isPerson = world.stdout.isTerminal();
    // Scripts expect the lines of the original, and first; a person looks for what is wrong.
    const head = verbose || !isPerson
      ? [...originalLines(whole).map((line) => folded(world.stdout, line)), ""]
      : [];
    const end = isPerson ? ["", folded(world.stdout, conclusion(found), 0)] : [];
    for (const line of [...head, ...findingLines(world, found), ...end]) {
      world.stdout.write(`${line}\n`);
    }
  }
  return ok ? ExitCode.OK : ExitCode.FAILURE;
}

async function runCheck(check: Check, context: DoctorContext): Promise<CheckedFinding[]> {
  try {
    return (await check.run(context)).map((finding) => ({ check: check.name, ...finding }));
  } catch (error) {
    const hint = error instanceof RrError ? error.hint : undefined;
    return [{ check: check.name, level: "error", message: causeChain(error), hint }];
  }
}

function findingLines(world: World, found: readonly CheckedFinding[]): string[] {
  const palette = paletteFor(world, world.stdout);
  const width = Math.max(...found.map(({ check }) => check.length));
  return found.flatMap(({ check, level, message, hint }) => {
    const label = LABEL_WIDTH + 1 + width + 2;
    const fold = (line: string, indent: number): string => folded(world.stdout, line, indent);
    const head = fold(
      `${painted(level, palette)} ${check.padEnd(width)}  ${printable(message)}`,
      label,
    );
    if (hint === undefined) return [head];
    const arrow = "-> ";
    const advice = `${" ".repeat(label)}${palette.dim(`${arrow}${printable(hint)}`)}`;
    return [head, fold(advice, label + arrow.length)];
  });
}

function conclusion(found: readonly CheckedFinding[]): string {
  const bad = found.filter(({ level }) => level === "warn" || level === "error");
  if (bad.length === 0) return "All is well";
  const head = bad.length === 1 ? "One thing" : `${bad.length} things`;
  const names = Array.from(
    Map.groupBy(bad, ({ check }) => check),
    ([check, of]) => of.length === 1 ? check : `${check} (${of.length})`,
  );
  return `${head} should be put right: ${names.join(", ")}`;
}

const LABEL_WIDTH = "error".length;

function painted(level: FindingLevel, palette: Palette): string {
  const label = level.padEnd(LABEL_WIDTH);
  switch (level) {
    case "ok":
      return palette.green(label);
    case "info":
      return label;
    case "warn":
      return palette.pink(label);
    case "error":
      return palette.red(label);
  }
}
