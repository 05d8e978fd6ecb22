/** The reference of all commands, made of the command table: `docs/commands.md` and `rr.1`. */
import { COMMANDS, GROUPS } from "../commands.ts";
import type { CliCommand } from "../define_command.ts";
import { languageLines } from "../../search/language/help.ts";
import { paragraphs } from "../print/reflow.ts";
import { explanation, optionText } from "./help.ts";

interface Row {
  readonly name: string;
  readonly group: string;
  readonly brief: string;
  readonly command: CliCommand;
}

async function rows(): Promise<readonly Row[]> {
  return await Promise.all(
    GROUPS.flatMap((group) => Object.entries(COMMANDS).filter(([, row]) => row.group === group))
      .map(async ([name, { group, brief, load }]) => ({
        name,
        group,
        brief,
        command: (await load()).command,
      })),
  );
}

function usageOf({ name, command }: Row): readonly string[] {
  return command.usage.map((line) => `rr ${name} ${line}`.trimEnd());
}

function optionsOf({ command }: Row): readonly (readonly [string, string])[] {
  return Object.entries(command.flags).map(([flag, spec]) =>
    [optionText(flag, spec, command.aliases).trim(), explanation(spec)] as const
  );
}

/** The reference as Markdown. */
export async function markdownReference(): Promise<string> {
  const all = await rows();
  const list = GROUPS.flatMap((group) => [
    "",
    `**${group}:** ` + all.filter((row) => row.group === group)
      .map(({ name }) => `[${name}](#rr-${name})`).join(", "),
  ]);
  const sections = all.flatMap((row) => [
    "",
    `## rr ${row.name}`,
    "",
    `${row.brief}.`,
    "",
    "```text",
    ...usageOf(row),
    "",
    ...row.command.details.split("\n"),
    "",
    "Options:",
    ...optionsOf(row).map(([option, why]) => `  ${option}: ${why}`),
    "```",
  ]);
  return [
    "# Commands",
    "",
    "Made by `deno task reference` from the command table; every command says the same with `--help`.",
    "All of them take `--db-path` before or after their name.",
    ...list,
    ...sections,
    "",
  ].join("\n");
}

/** The reference as a manual page. */
export async function manualPage(version: string): Promise<string> {
  const out = [
    `.TH RR 1 "" "rustory ${version}" "User Commands"`,
    ".SH NAME",
    "rr \\- your shell history on all of your machines, peer to peer",
    // Neither words nor the gaps between them are cut or stretched: much of it is to be copied.
    ".nh",
    ".ad l",
    ".SH SYNOPSIS",
    ".B rr",
    "[\\-\\-db\\-path file] command [options]",
    ".SH DESCRIPTION",
    "Each command says what follows here with \\fB\\-\\-help\\fR.",
  ];
  let group = "";
  for (const row of await rows()) {
    if (row.group !== group) out.push(`.SH ${row.group.toUpperCase()}`);
    group = row.group;
    out.push(...manualOf(row));
  }
  return [...out, ...manualLanguage(), ...MANUAL_FILES, ""].join("\n");
}

function manualOf(row: Row): string[] {
  const out = [`.SS rr ${escaped(row.name)}`, `${escaped(row.brief)}.`, ".PP", ".nf"];
  out.push(...usageOf(row).map(escaped), ".fi", ".PP", ...filled(row.command.details));
  if (row.command.takesQuery) {
    out.push(".PP", "What words can be is under THE WORDS OF A SEARCH, near the end.");
  }
  for (const [option, why] of optionsOf(row)) {
    out.push(".TP", `.B ${escaped(option)}`, escaped(why));
  }
  return out;
}

function manualLanguage(): string[] {
  const words = languageLines().flatMap((line) => {
    const [word = "", ...what] = line.split(/ {2,}/);
    return [".TP", `.B ${escaped(word)}`, escaped(what.join(" "))];
  });
  return [".SH THE WORDS OF A SEARCH", ...words];
}

const MANUAL_FILES: readonly string[] = [
  ".SH FILES",
  ".TP",
  ".I ~/.config/rustory/config.toml",
  "The settings; see \\fBrr init \\-\\-help\\fR for the keys.",
  ".TP",
  ".I ~/.config/rustory/swarm.key",
  "The key that all devices of a person share.",
  ".TP",
  ".I ~/.config/rustory/identity.key",
  "The key of this device alone.",
  ".TP",
  ".I ~/.rustory/history.db",
  "The history.",
];

/** Paragraphs as wide as the reader's terminal; what is indented stays as it is written. */
function filled(text: string): string[] {
  return paragraphs(text.split("\n")).flatMap((line, i, all) => {
    if (line === "") return [".PP"];
    if (!line.startsWith(" ")) return [escaped(line)];
    const begins = !(all[i - 1] ?? "").startsWith(" ");
    const ends = !(all[i + 1] ?? "").startsWith(" ");
    return [...begins ? [".nf"] : [], escaped(line), ...ends ? [".fi"] : []];
  });
}

// A leading dot or quote would be a request; a bare hyphen may become another sign.
function escaped(text: string): string {
  const plain = text.replaceAll("\\", "\\e").replaceAll("-", "\\-");
  return /^[.']/.test(plain) ? `\\&${plain}` : plain;
}
