/** The two kinds of things the service commands change: unit files, and the service manager. */
import { folderOf } from "../base/folder_of.ts";
import { shellWord } from "../base/shell_words.ts";
import { RrError } from "../base/rr_error.ts";
import type { Files } from "../base/world.ts";
import type { Ran, Run } from "./run.ts";

/** Everything that changes the machine goes through here, so that `--dry-run` is one other object. */
export interface Actions {
  /** Runs a program that changes something. */
  run(command: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran>;
  /** Replaces a file whole, creating its folder. The mode is 0644: service managers read it. */
  writeUnit(path: string, text: string): void;
  /** Creates a folder of mode 0700 with its parents. */
  makeFolder(path: string): void;
  removeFile(path: string): void;
  /** Whether anything is really done. */
  readonly real: boolean;
}

/** Does what is asked. */
export function realActions(files: Files, run: Run): Actions {
  return {
    real: true,
    run: (command, env = {}) => run(command, { env }),
    writeUnit: (path, text) => writeUnit(files, path, text),
    makeFolder: (path) => files.makePrivateFolder(path),
    removeFile: (path) => void files.remove(path),
  };
}

/** Replaces a unit file whole, creating its folder. */
export function writeUnit(files: Files, path: string, text: string): void {
  files.makePrivateFolder(folderOf(path));
  files.replacePrivate(path, text);
  // It holds no secret, and systemd complains about a unit that others cannot read.
  files.chmod(path, 0o644);
}

/** Prints what would be done, and claims that it went well. */
export function dryActions(print: (line: string) => void): Actions {
  return {
    real: false,
    run(command, env = {}): Promise<Ran> {
      const variables = Object.entries(env).map(([name, value]) => `${name}=${shellWord(value)} `);
      print(`would run: ${variables.join("")}${command.map(shellWord).join(" ")}`);
      return Promise.resolve({ code: 0, stdout: "", stderr: "" });
    },
    writeUnit(path, text): void {
      print(`would write: ${path} (mode 0644)`);
      for (const line of text.trimEnd().split("\n")) print(`    ${line}`.trimEnd());
    },
    makeFolder: (path) => print(`would create: ${path}/ (mode 0700)`),
    removeFile: (path) => print(`would remove: ${path}`),
  };
}

/**
 * Fails when a program did.
 *
 * @throws {RrError} code `io` with the program's own words
 */
export function expectSuccess(ran: Ran, command: readonly string[], hint?: string): void {
  if (ran.code === 0) return;
  const said = (ran.stderr.trim() || ran.stdout.trim()).split("\n").slice(0, 5).join("; ");
  throw new RrError(
    "io",
    `"${command.map(shellWord).join(" ")}" failed with exit code ${ran.code}: ${
      said || "no output"
    }`,
    hint === undefined ? {} : { hint },
  );
}
