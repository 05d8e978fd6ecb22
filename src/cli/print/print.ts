/** How the commands print. Results go to stdout, everything else to stderr. */
import { causeChain, RrError } from "../../base/rr_error.ts";
import type { Output, World } from "../../base/world.ts";
import { hasManyColours, OF_SIXTEEN, ON_ANY_GROUND } from "../../base/colours.ts";
import { printable, printableJson, printablePlain } from "../../base/printable.ts";
import { folded } from "./fold.ts";
import { isUtf8 } from "./signs.ts";

/**
 * Writes a line for people to stdout, folded to the width of the terminal; `indent` is where it goes on.
 * What is to be exact, such as a value or a file, is written by `world.stdout` itself.
 */
export function printLine(world: World, text: string, indent?: number): void {
  world.stdout.write(`${folded(world.stdout, text, indent)}\n`);
}

/** Writes a value to stdout as JSON with two spaces. */
export function printJson(world: World, value: unknown): void {
  world.stdout.write(`${jsonForOutput(world, JSON.stringify(value, null, 2))}\n`);
}

/** JSON for stdout: as it is when piped; on a terminal with escapes for all that could act on it. */
export function jsonForOutput(world: World, json: string): string {
  return world.stdout.isTerminal() ? printableJson(json) : json;
}

/** Writes `warn: ...` to stderr. */
export function printWarning(world: World, text: string): void {
  world.stderr.write(`${labelled(world.stderr, "warn", text)}\n`);
}

/** Where `app/` tells of what a person should know: {@linkcode printWarning}. */
export function warnings(world: World): (text: string) => void {
  return (text) => printWarning(world, text);
}

/** Writes `info: ...` to stderr. */
export function printInfo(world: World, text: string): void {
  world.stderr.write(`${labelled(world.stderr, "info", text)}\n`);
}

/** What a line begins with that is for people, and the text, which hangs behind it. */
function labelled(output: Output, label: string, text: string): string {
  return folded(output, `${label}: ${printable(text)}`, label.length + 2);
}

/** `error: cause: cause`, and the first hint of the chain on a line of its own, for an output. */
export function printError({ stderr }: Pick<World, "stderr">, error: unknown): void {
  const hint = hintOf(error);
  const lines = [labelled(stderr, "error", causeChain(error))];
  if (hint !== undefined) lines.push(labelled(stderr, "hint", hint));
  stderr.write(`${lines.join("\n")}\n`);
}

/** Writes `hint: ...` to stderr: what a person can do. */
export function printHint(world: World, text: string): void {
  world.stderr.write(`${labelled(world.stderr, "hint", text)}\n`);
}

// As deep as causeChain() looks.
const DEEPEST_CAUSE = 8;

function hintOf(error: unknown): string | undefined {
  let one = error;
  for (let depth = 0; one instanceof Error && depth < DEEPEST_CAUSE; depth++) {
    if (one instanceof RrError && one.hint !== undefined) return one.hint;
    one = one.cause;
  }
}

/** Ways to set text off; all of them leave it as it is where colours are not wanted. */
export interface Palette {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  pink(text: string): string;
}

/** The palette for an output: plain when it is no terminal, is a dumb one, or NO_COLOR is set. */
export function paletteFor(world: World, output: Output): Palette {
  const on = output.isTerminal() && world.env("NO_COLOR") === undefined &&
    world.env("TERM") !== "dumb";
  const { pink, red, green, grey } = hasManyColours(world.env("TERM")) ? ON_ANY_GROUND : OF_SIXTEEN;
  const paint = (code: string) => (text: string): string =>
    on && code !== "" ? `\x1b[${code}m${text}\x1b[0m` : text;
  return {
    bold: paint("1"),
    dim: paint(grey),
    red: paint(red),
    green: paint(green),
    pink: paint(pink),
  };
}

/**
 * Text from a history, for stdout: exact when piped, harmless on a terminal.
 *
 * With `multiline` newlines stay newlines on a terminal too.
 */
export function forOutput(world: World, text: string, multiline = false): string {
  if (!world.stdout.isTerminal()) return text;
  const shown = isUtf8(world) ? printable : printablePlain;
  return multiline ? text.split("\n").map(shown).join("\n") : shown(text);
}
