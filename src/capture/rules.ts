/** The decision what is recorded. */
import { cleanFolder } from "../base/folder.ts";
import { type FolderSense, NAMES_DECIDE } from "../base/same_folder.ts";
import type { Matcher } from "./pattern.ts";
import { findSecret } from "./secrets.ts";

/** Why a command is not recorded. */
export type SkipReason =
  | "empty"
  | "own" // one of our own commands, alone
  | "pattern" // `record_ignore_regex`
  | "folder" // `record_ignore_dirs`
  | "secret"; // `record_secrets_filter`

/** What {@linkcode createCaptureRules} takes. */
export interface CaptureOptions {
  /** `record_ignore_regex`; see {@linkcode compilePattern} for its syntax. */
  readonly ignorePattern?: string | undefined;
  /** `record_ignore_dirs`: nothing below these folders; `~/` is `home`. @default {[]} */
  readonly ignoreFolders?: readonly string[] | undefined;
  readonly home?: string | undefined;
  /** Knows the names of one folder: what is ignored is ignored by each. @default {names decide} */
  readonly folders?: FolderSense | undefined;
  /** `record_secrets_filter`. @default {true} */
  readonly secretsFilter?: boolean | undefined;
}

/** Decides for one command after the other. */
export interface CaptureRules {
  /** Why a tidied command is not recorded; `undefined` if it is. */
  skipReason(command: string, cwd?: string): SkipReason | undefined;
}

/**
 * The rules of one configuration.
 *
 * @throws {import("../base/rr_error.ts").RrError} `config` if the pattern cannot be used. Nothing may
 * then be recorded past it; what the hooks write waits in the spool until it is corrected.
 */
export async function createCaptureRules(options: CaptureOptions = {}): Promise<CaptureRules> {
  const { ignorePattern = "", ignoreFolders = [], home, folders, secretsFilter = true } = options;
  const isIgnored: Matcher = ignorePattern === ""
    ? () => false
    : (await import("./pattern.ts")).compilePattern(ignorePattern);
  const isInIgnored = folderTest(ignoreFolders, home, folders);

  function skipReason(command: string, cwd?: string): SkipReason | undefined {
    if (command === "") return "empty";
    if (isOwn(command) || deletes(command)) return "own";
    if (cwd !== undefined && isInIgnored(cwd)) return "folder";
    if (isIgnored(command)) return "pattern";
    return secretsFilter && findSecret(command) !== undefined ? "secret" : undefined;
  }
  return { skipReason };
}

/** Whether a command as typed was hidden from history by a leading space or tab. */
export function isHidden(typed: string): boolean {
  return typed.startsWith(" ") || typed.startsWith("\t");
}

/** What a shell takes as text: in it an operator is none. In double quotes a substitution runs all the same. */
const QUOTED = /\\[^]|'[^']*'|"(?:\\[^]|\$(?!\()|[^"\\`$])*"/g;

// One of our commands and nothing besides. There are other programs of this name, and what is run
// behind `rr ... &&` is a command like any other.
function isOwn(command: string): boolean {
  if (!command.startsWith("rr")) return false;
  const [first, name, next] = command.split(/\s+/);
  if (first !== "rr") return false;
  if (/[;&|<>`\n]|\$\(/.test(command.replace(QUOTED, ""))) return false;
  if (name === undefined || name.startsWith("-")) return true;
  // Mozilla's takes the program to be recorded.
  return OWN_COMMANDS.includes(name) && (name !== "record" || (next ?? "-").startsWith("-"));
}

const BEFORE_NAME =
  "!|command|builtin|exec|env|noglob|nocorrect|time|sudo|doas|nohup|if|then|else|while|do";
/** `rr delete` where a command begins: behind assignments and such words, by a path, with options between. */
const DELETES = [
  String.raw`(?:^|[;&|\n(){}\x60])[ \t]*`,
  String.raw`(?:(?:\w+=[^\s;&|(){}]*|${BEFORE_NAME})[ \t]+)*`,
  String.raw`(?:[^\s;&|(){}]*/)?rr`,
  String.raw`(?:[ \t]+(?:--db-path(?:=|[ \t]+)[^\s;&|]+|-(?!-db-path)[^\s;&|]*))*`,
  String.raw`[ \t]+delete(?![^\s;&|)}])`,
];

// The words of `rr delete` are what is to be forgotten, so nothing that comes with it is worth keeping them.
function deletes(command: string): boolean {
  if (!command.includes("delete") || !command.includes("rr")) return false;
  // Made where it is needed: next to no command gets as far.
  return new RegExp(DELETES.join("")).test(
    command.replace(QUOTED, (text) => /^\\[a-z]$/.test(text) ? text[1]! : ""),
  );
}

/** The commands of rr, and those that the hooks add. A line that is nothing but one is not recorded. */
export const OWN_COMMANDS: readonly string[] = (
  "search record hook stats import export delete prune pair p2p-sync p2p-serve status sync-status " +
  "tracker-serve relay-serve init service doctor swarm-key completions devices hub setup uninstall " +
  "config try help pause resume"
).split(" ");

function folderTest(
  ignored: readonly string[],
  home: string | undefined,
  folders: FolderSense = NAMES_DECIDE,
): (cwd: string) => boolean {
  const roots = ignored.map((folder) => comparable(folder, home)).filter((root) => root !== "");
  return (cwd) => roots.some((root) => folders.isWithin(cleanFolder(cwd), root));
}

function comparable(folder: string, home: string | undefined): string {
  const trimmed = folder.trim();
  const whole = home !== undefined && /^~(\/|$)/.test(trimmed) ? home + trimmed.slice(1) : trimmed;
  return cleanFolder(whole);
}
