/** The decision what is recorded. */
import type { Matcher } from "./pattern.ts";
import { findSecret } from "./secrets.ts";

/** Why a command is not recorded. */
export type SkipReason =
  | "empty"
  | "own" // `rr` itself
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
  const { ignorePattern = "", ignoreFolders = [], home, secretsFilter = true } = options;
  const isIgnored: Matcher = ignorePattern === ""
    ? () => false
    : (await import("./pattern.ts")).compilePattern(ignorePattern);
  const folders = ignoreFolders.map((folder) => comparable(folder, home)).filter((f) => f !== "");

  function skipReason(command: string, cwd?: string): SkipReason | undefined {
    if (command === "") return "empty";
    if (isOwn(command)) return "own";
    if (cwd !== undefined && isBelow(cwd, folders)) return "folder";
    if (isIgnored(command)) return "pattern";
    return secretsFilter && findSecret(command) !== undefined ? "secret" : undefined;
  }
  return { skipReason };
}

/** Whether a command as typed was hidden from history by a leading space or tab. */
export function isHidden(typed: string): boolean {
  return typed.startsWith(" ") || typed.startsWith("\t");
}

function isOwn(command: string): boolean {
  return command.startsWith("rr") && /^rr(?:\s|$)/.test(command);
}

function isBelow(cwd: string, folders: readonly string[]): boolean {
  return folders.some((folder) => cwd === folder || cwd.startsWith(`${folder}/`) || folder === "/");
}

function comparable(folder: string, home: string | undefined): string {
  const trimmed = folder.trim();
  const whole = home !== undefined && /^~(\/|$)/.test(trimmed) ? home + trimmed.slice(1) : trimmed;
  return whole === "/" ? whole : whole.replace(/\/+$/, "");
}
