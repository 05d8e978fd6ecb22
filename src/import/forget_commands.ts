/** Takes commands out of a shell's own history file; every other byte stays as it is. */
import { joinBytes } from "../base/bytes.ts";
import type { EntryDraft } from "../history/entry.ts";
import type { BrokenRecord } from "../shell/broken_record.ts";
import { bashCommands, timestampAt } from "./formats/bash.ts";
import { lineEnd, type Placed } from "./formats/byte_lines.ts";
import { cleanBytes } from "./formats/clean_bytes.ts";
import { fishCommands } from "./formats/fish.ts";
import { zshCommands } from "./formats/zsh.ts";

/** Shells whose files are known. */
export type ForgettingShell = "zsh" | "bash" | "fish";

/** What is left of a file. */
export interface Forgotten {
  readonly bytes: Uint8Array;
  /** Commands that were taken out, each time that they stood there. */
  readonly removed: number;
}

type Read = (bytes: Uint8Array) => Iterable<Placed<EntryDraft | BrokenRecord>>;

const READERS: Readonly<Record<ForgettingShell, Read>> = {
  zsh: zshCommands,
  bash: bashCommands,
  fish: fishCommands,
};

/** How a command is compared: blanks around it are no part of it, and shells treat them differently. */
export function comparable(command: string): string {
  return command.trim();
}

/**
 * A history file without some commands, which are told by what the shell itself would read there.
 *
 * @param unwanted as {@linkcode comparable} gives them
 */
export function withoutCommands(
  bytes: Uint8Array,
  shell: ForgettingShell,
  unwanted: ReadonlySet<string>,
): Forgotten {
  const spread = shell === "bash" ? new SpreadCommands(unwanted) : undefined;
  const kept: Uint8Array[] = [];
  let at = 0;
  let removed = 0;
  for (const { draft, from, to } of READERS[shell](bytes)) {
    if (!("command" in draft)) continue;
    const texts = textsOf(draft, bytes.subarray(from, to), shell);
    const isWhole = texts.some((text) => unwanted.has(text));
    const start = isWhole ? from : spread?.startOf({ text: texts.join("\n"), draft, from });
    if (isWhole) spread?.forget();
    if (start === undefined) continue;
    // The first lines of it may have been taken for one of their own and be gone.
    kept.push(bytes.subarray(at, Math.max(at, start)));
    at = to;
    removed++;
  }
  if (removed === 0) return { bytes, removed };
  kept.push(bytes.subarray(at));
  const rest = joinBytes(kept);
  return { bytes: shell === "bash" ? stillUntimed(bytes, rest) : rest, removed };
}

/** A record of bash, as far as it may be a line of a command. */
interface Line {
  readonly text: string;
  readonly draft: EntryDraft;
  readonly from: number;
}

/**
 * Without times bash writes a command of several lines as if each line were one. Not even bash can tell, but
 * where all of them follow each other they are that command, or are worth no more than it.
 */
class SpreadCommands {
  /** By their last line. */
  readonly #wanted = new Map<string, (readonly string[])[]>();
  readonly #most: number = 0;
  #lines: Line[] = [];

  /** @param unwanted as {@linkcode comparable} gives them */
  constructor(unwanted: ReadonlySet<string>) {
    for (const command of unwanted) {
      // It drops lines without anything.
      const lines = command.split("\n").map(comparable).filter((line) => line !== "");
      if (lines.length < 2) continue;
      const last = lines.at(-1)!;
      this.#wanted.set(last, [...this.#wanted.get(last) ?? [], lines]);
      this.#most = Math.max(this.#most, lines.length);
    }
  }

  /** Where the command begins whose last line this is, if it is one of them. */
  startOf(line: Line): number | undefined {
    if (this.#most === 0) return undefined;
    this.#lines.push(line);
    if (this.#lines.length > this.#most) this.#lines.shift();
    const found = this.#wanted.get(line.text)?.find((lines) => this.#endsWith(lines));
    if (found === undefined) return undefined;
    const start = this.#lines.at(-found.length)!.from;
    this.forget();
    return start;
  }

  /** Nothing before this is part of a command that goes on. */
  forget(): void {
    this.#lines = [];
  }

  // A time stands before a command, not within one.
  #endsWith(lines: readonly string[]): boolean {
    const last = this.#lines.slice(-lines.length);
    return last.length === lines.length &&
      last.every(({ text, draft }, i) =>
        text === lines[i] && (i === 0 || draft.startedAtMs === undefined)
      );
  }
}

/** What stands there without the marks, NUL bytes and CRs that are in no history on purpose. */
function textsOf(draft: EntryDraft, record: Uint8Array, shell: ForgettingShell): string[] {
  const clean = cleanBytes(record);
  if (clean.length === record.length) return [comparable(draft.command)];
  return Array.from(READERS[shell](clean)).flatMap(({ draft: again }) =>
    "command" in again ? [comparable(again.command)] : []
  );
}

/**
 * A file that begins with a time is read in another way: all lines up to the next time are one command.
 * Where the first lines are gone, one that did not begin so must not begin so now.
 */
function stillUntimed(before: Uint8Array, after: Uint8Array): Uint8Array {
  if (isTimed(before)) return after;
  let rest = after;
  while (isTimed(rest)) rest = rest.subarray(lineEnd(rest, 0) + 1);
  return rest;
}

function isTimed(bytes: Uint8Array): boolean {
  return timestampAt(bytes, 0, lineEnd(bytes, 0)) !== undefined;
}
