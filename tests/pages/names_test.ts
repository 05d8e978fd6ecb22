/**
 * What the pages and the program's own texts name is there: commands and their verbs, options, keys of the
 * config, variables, tasks and files.
 */
import assert from "node:assert/strict";
import { ROOT } from "../../scripts/tools.ts";
import { COMMANDS, isCommand } from "../../src/cli/commands.ts";
import { type CliCommand, flagsOfVerb, optionName } from "../../src/cli/define_command.ts";
import { SETTINGS, type SettingSpec } from "../../src/config/schema.ts";
import { filesBelow, type Fragment, fragmentsOf, fragmentsOfSource } from "./_fragments.ts";

/** Pages that speak of today's program. */
const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "service/README.md",
  ...filesBelow("docs", ".md"),
  ...filesBelow("src", ".md"),
];
const SOURCES = filesBelow("src", ".ts");

const SPECS: readonly SettingSpec<unknown>[] = Object.values(SETTINGS);
const KEYS = new Set(SPECS.flatMap(({ key }) => key ?? []));
const VARIABLES = new Set(SPECS.flatMap(({ env }) => env ?? []));
const BENCHES = filesBelow("tests/bench", "_bench.ts");
const SCRIPTS = textOf([...filesBelow("scripts", ".ts"), ...BENCHES]) +
  BENCHES.map((file) => file.replaceAll(/.*\/|_bench\.ts$/g, "\n")).join("");
const SOURCE_TEXT = textOf(SOURCES) + SCRIPTS;
const TASKS = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`)).tasks as Record<
  string,
  unknown
>;

const COMMANDS_LOADED = new Map<string, CliCommand>(
  await Promise.all(
    Object.entries(COMMANDS).map(async ([name, row]) =>
      [name, (await row.load()).command] as const
    ),
  ),
);
const ALL_OPTIONS = new Set([
  "--help",
  "--version",
  ...[...COMMANDS_LOADED.values()].flatMap(({ flags }) => Object.keys(flags).map(optionName)),
]);

Deno.test("the commands, verbs and options that the pages name are there", () => {
  const fragments = PAGES.flatMap(fragmentsOf);
  assert.ok(fragments.length > 1500, `only ${fragments.length} pieces of code were found`);
  assert.deepEqual(fragments.flatMap(wrongCommand), []);
});

Deno.test("the commands, verbs and options that the program's texts name are there", () => {
  const fragments = SOURCES.flatMap(fragmentsOfSource);
  assert.ok(fragments.length > 200, `only ${fragments.length} commands were found`);
  assert.deepEqual(fragments.flatMap(wrongCommand), []);
});

/** What other programs call theirs, and the pages speak of. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "--allow-all": "Deno",
  "--max-semi-space-size": "V8",
  "HTTP_PROXY": "most programs",
  "HTTPS_PROXY": "most programs",
  "ALL_PROXY": "most programs",
  "NO_PROXY": "most programs",
  "ZSH_AUTOSUGGEST_USE_ASYNC": "zsh-autosuggestions",
  "err_exit": "zsh",
  "hist_ignore_space": "zsh",
};

function textOf(files: readonly string[]): string {
  return files.map((file) => Deno.readTextFileSync(`${ROOT}${file}`)).join("\n");
}

/** What is wrong with the `rr` lines and the options of a piece of code. */
function wrongCommand({ page, text }: Fragment): string[] {
  const lines = text.split(/ && | \| |; | & |\$\(|<\(/).map((line) =>
    line.replace(/^(?:[A-Z_]+=\S* )+/, "").trim()
  );
  return lines.flatMap((line) => {
    if (line.startsWith("rr ")) return wrongLine(line, page);
    if (!line.startsWith("--")) return [];
    return optionsIn(line).filter((option) => !ALL_OPTIONS.has(option) && !(option in ELSEWHERE));
  }).map((what) => `${page}: ${what} (${text})`);
}

function wrongLine(line: string, page: string): string[] {
  // What follows a `--` or stands in quotes is text.
  const words = line.replaceAll(/'[^']*'|"[^"]*"/g, "''").replace(/ -- .*/, "").split(/\s+/);
  const rest = words.slice(words[1] === "--db-path" ? 3 : 1);
  const name = rest[0]!;
  if (!/^[a-z][a-z0-9-]*$/.test(name)) {
    return optionsIn(line).filter((option) => !ALL_OPTIONS.has(option));
  }
  // In the help of a command a line of a sentence may begin so.
  if (!isCommand(name)) return page === "docs/commands.md" ? [] : [`no command ${name}`];
  const command = COMMANDS_LOADED.get(name)!;
  const verbs = command.verbs === undefined ? [] : verbsIn(rest[1]);
  const strange = verbs.filter((verb) => !Object.hasOwn(command.verbs!, verb));
  const flags = verbs.length === 0
    ? Object.keys(command.flags)
    : verbs.flatMap((verb) => flagsOfVerb(command, verb));
  const known = ["--help", ...flags.map(optionName)];
  return [
    ...strange.map((verb) => `no verb ${verb} of ${name}`),
    ...optionsIn(line).filter((option) => !known.includes(option)),
  ];
}

/** `install|uninstall` of a line of usage is two. */
function verbsIn(word: string | undefined): string[] {
  return word !== undefined && /^[a-z|-]+$/.test(word) && !word.startsWith("-")
    ? word.split("|")
    : [];
}

function optionsIn(line: string): string[] {
  return [...line.matchAll(/(?<![\w-])--[a-z][a-z0-9-]*/g)].map(([option]) => option);
}

Deno.test("the keys of the config and the variables that the pages name are there", () => {
  const wrong = PAGES.flatMap(fragmentsOf).flatMap(({ page, text }) => {
    const set = /^(?:rr config (?:get|set|unset) )?([a-z][a-z0-9]*(?:_[a-z0-9]+)*)(?: = \S.*)?$/
      .exec(text)?.[1];
    const isKey = / = |^rr config /.test(text);
    const keys = set === undefined || KEYS.has(set) || !(isKey || set.includes("_")) ? [] : [set];
    const names = [...text.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)].map(([name]) => name);
    return [
      ...keys.filter((key) => !isWord(key)),
      ...names.filter((name) => !VARIABLES.has(name) && !isWord(name)),
    ].map((what) => `${page}: ${what} (${text})`);
  });
  assert.deepEqual(wrong, []);
});

/** A name that is no key may be a field, a column or a variable of another program: the code has it. */
function isWord(name: string): boolean {
  if (name in ELSEWHERE) return true;
  return new RegExp(`(?<![A-Za-z0-9_])${name}(?![A-Za-z0-9_])`).test(SOURCE_TEXT);
}

Deno.test("the tasks and files that the pages name are there", () => {
  const names = new Set(
    ["src", "tests", "scripts", "docs", "service"].flatMap((folder) => filesBelow(folder, ""))
      .map((path) => path.split("/").at(-1)),
  );
  const wrong = PAGES.flatMap(fragmentsOf).flatMap(({ page, text }) => {
    const tasks = [...text.matchAll(/\bdeno task ([a-z-]+)/g)].map(([, task]) => task!);
    // `deno task test` hands its options to `deno test`.
    const options = tasks.length === 0 || tasks.includes("test") ? [] : optionsIn(text);
    const paths = [...text.matchAll(
      /(?<![\w/.~-])(?:src|tests|scripts|docs|service|\.ci|\.github)\/[\w./-]*(?![\w./<*{-])/g,
    )].map(([path]) => path.replace(/\.$/, ""));
    const file = /^[\w-]+\.ts$/.exec(text)?.[0];
    return [
      ...tasks.filter((task) => !Object.hasOwn(TASKS, task)),
      ...options.filter((option) => !SCRIPTS.includes(option.slice("--".length))),
      ...paths.filter((path) => !isThere(path)),
      ...file === undefined || names.has(file) || isThere(file) ? [] : [file],
    ].map((what) => `${page}: ${what} (${text})`);
  });
  assert.deepEqual(wrong, []);
});

function isThere(path: string): boolean {
  try {
    Deno.statSync(`${ROOT}${path}`);
    return true;
  } catch {
    return false;
  }
}
