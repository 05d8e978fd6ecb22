/** What is wrong with a command line, in words, and what was probably meant. */
import { quoted } from "../../base/printable.ts";
import { causeChain, RrError } from "../../base/rr_error.ts";
import { mostSimilar } from "../../base/similar.ts";
import { type CliCommand, optionName } from "../define_command.ts";
import type { Fault } from "./read_line.ts";

/** The error for a fault in the line of `rr <name>`; secret values are not in it. */
export function lineFault(name: string, command: CliCommand, fault: Fault): RrError {
  return new RrError("usage", messageOf(name, command, fault), {
    hint: `See \`rr ${name} --help\``,
  });
}

function messageOf(name: string, command: CliCommand, fault: Fault): string {
  switch (fault.kind) {
    case "no-option":
      return `There is no option ${cut(fault.option)}${meantOption(command, fault.option)}`;
    case "no-value":
      return `${optionName(fault.flag)} needs a value`;
    case "takes-no-value":
      return `${optionName(fault.flag)} takes no value`;
    case "twice":
      return `${optionName(fault.flag)} was given twice`;
    case "bad-value":
      return badValue(command, fault);
    case "contradiction":
      return `${fault.flags.map(optionName).join(" and ")} contradict each other: give one`;
    case "alone":
      return `${optionName(fault.flag)} means nothing without ${optionName(fault.needed)}`;
    case "not-of-verb":
      return `\`${lineOf(name, fault.verb)}\` does not take ${optionName(fault.flag)}` +
        takers(name, command, fault.flag);
    case "no-choice":
      return noChoice(command, fault);
    case "missing-flag":
      return `\`rr ${name}\` needs ${optionName(fault.flag)} ${valueOf(command, fault.flag)}`;
    case "extra-word":
      return `Unexpected word ${quoted(fault.word)}${meantWord(name, command, fault.word)}`;
    case "missing-word":
      return command.verbs === undefined || fault.placeholder !== "verb"
        ? `The word <${fault.placeholder}> is missing`
        : `\`rr ${name}\` needs one of these after it: ${Object.keys(command.verbs).join(", ")}`;
  }
}

function noChoice(command: CliCommand, { flag, given }: Fault & { kind: "no-choice" }): string {
  const spec = command.flags[flag]!;
  const values = spec.kind === "enum" ? spec.values : [];
  const similar = mostSimilar(given, values);
  return `Cannot use ${quoted(given)} for ${optionName(flag)}: expected ${values.join(", ")}${
    similar === undefined ? "" : `; did you mean ${similar}?`
  }`;
}

function badValue(
  command: CliCommand,
  { flag, given, cause }: Fault & { kind: "bad-value" },
): string {
  const spec = command.flags[flag]!;
  const isSecret = spec.kind === "parsed" && spec.secret === true;
  const value = isSecret ? "this value" : quoted(given);
  return `Cannot use ${value} for ${optionName(flag)}: ${causeChain(cause)}`;
}

function lineOf(name: string, verb: string | undefined): string {
  return verb === undefined ? `rr ${name}` : `rr ${name} ${verb}`;
}

/** The verbs that a flag belongs to. */
function takers(name: string, { verbs = {} }: CliCommand, flag: string): string {
  const own = Object.keys(verbs).filter((verb) => verbs[verb]!.flags?.includes(flag));
  return own.length === 0 ? "" : `: it is for \`rr ${name} ${own.join("|")}\``;
}

// An option is shown as it was typed.
function cut(option: string): string {
  return quoted(option).slice(1, -1);
}

function valueOf(command: CliCommand, flag: string): string {
  const spec = command.flags[flag]!;
  return `<${(spec.kind === "boolean" ? undefined : spec.placeholder) ?? "value"}>`;
}

/** What other programs call it, or what people try first. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  "--before": ["--until"],
  "--after": ["--since"],
  "--from": ["--since"],
  "--to": ["--until"],
  "--folder": ["--cwd"],
  "--dir": ["--cwd"],
  "--directory": ["--cwd"],
  "--hostname": ["--host"],
  "--count": ["--limit"],
  "--max": ["--limit"],
  "--command": ["--cmd"],
  "--file": ["--path"],
  "--quiet": ["--log-level"],
  "--verbose": ["--log-level"],
  "--tracker": ["--trackers"],
  "--relays": ["--relay"],
  "--full": ["--verbose"],
  "--all": ["--verbose"],
};

function meantOption({ flags }: CliCommand, option: string): string {
  // What only sounds like it, such as --shell, does not mean it.
  const help = option.startsWith("--h") ? ["--help"] : [];
  const options = [...Object.keys(flags).map(optionName), ...help];
  const other = Object.hasOwn(OTHER_NAMES, option) ? OTHER_NAMES[option]! : [];
  const meant = other.find((name) => options.includes(name)) ?? mostSimilar(option, options);
  return meant === undefined ? "" : `, did you mean ${meant}?`;
}

/** Whole lines of other programs. */
const OTHER_LINES: Readonly<Record<string, string>> = {
  "init zsh": "rr hook --shell zsh",
  "init bash": "rr hook --shell bash",
  "init fish": "rr hook --shell fish",
  "import auto": "rr import",
};

/** The option whose value stands there alone, as other programs take it: `import zsh`, `init bash`. */
function meantWord(name: string, { flags }: CliCommand, word: string): string {
  const line = `${name} ${word}`;
  if (Object.hasOwn(OTHER_LINES, line)) return `, did you mean \`${OTHER_LINES[line]}\`?`;
  const flag = Object.keys(flags).find((name) => {
    const spec = flags[name]!;
    return spec.kind === "enum" && spec.values.includes(word);
  });
  if (flag !== undefined) return `, did you mean ${optionName(flag)} ${word}?`;
  const isPath = Object.hasOwn(flags, "path") && /[/.]/.test(word);
  return isPath ? `, did you mean --path ${cut(word)}?` : "";
}

/** What people call the commands in other programs. */
const OTHER_COMMANDS: Readonly<Record<string, string>> = {
  sync: "p2p-sync",
  daemon: "p2p-sync --watch --push",
  serve: "p2p-serve",
  tracker: "tracker-serve",
  relay: "relay-serve",
  key: "swarm-key",
  history: "search",
  find: "search",
  list: "search",
  ls: "search",
  rm: "delete",
  remove: "delete",
  forget: "delete",
  redact: "delete",
  query: "search",
  get: "config get",
  set: "config set",
  unset: "config unset",
  "config-get": "config get",
  "config-set": "config set",
  join: "pair",
  connect: "pair",
  link: "pair",
  invite: "pair",
  login: "pair",
  register: "pair",
  add: "pair",
  server: "hub",
  hosts: "devices",
  rename: "devices rename",
  enable: "resume",
  disable: "pause",
  backup: "export",
  dump: "export",
  restore: "import",
  wrapped: "stats --year",
  "gen-completions": "completions",
  version: "--version",
  "-v": "--version",
  "-?": "--help",
  install: "setup",
  settings: "config list",
  start: "service start",
  stop: "service stop",
  restart: "service restart",
  logs: "service logs",
  log: "service logs",
  completion: "completions",
  peers: "status",
  info: "doctor",
  account: "pair",
  tui: "search -i",
  tquery: "search",
  "config-add": "config set",
  check: "doctor",
};

/** The error for a first word that is no command. */
export function unknownCommand(name: string, commands: readonly string[]): RrError {
  if (/^--db-path(=|$)/.test(name)) {
    return new RrError("usage", "--db-path needs a file, and a command behind it", {
      hint: "For example: rr --db-path other.db search",
    });
  }
  const what = name.startsWith("-") ? "option" : "command";
  const other = Object.hasOwn(OTHER_COMMANDS, name) ? OTHER_COMMANDS[name] : undefined;
  const meant = other ?? mostSimilar(name, [...commands, "--help", "--version"]);
  return new RrError("usage", `There is no ${what} ${quoted(name)}`, {
    hint: meant === undefined
      ? "See `rr --help` for all commands"
      : `Did you mean \`rr ${meant}\`?`,
  });
}
