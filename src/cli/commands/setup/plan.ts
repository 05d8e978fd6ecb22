/** What `rr setup` and `rr uninstall` do on a machine: facts in, steps out, nothing done. */
import type { ImportSource } from "../../../import/import_sources.ts";
import type { ShellName } from "../../../shell/hook.ts";
import { findBlock, hasOwnLine } from "./start_file.ts";

/** A start file as it is. */
export interface StartFile {
  readonly shell: ShellName;
  /** The file behind links. */
  readonly path: string;
  /** `undefined` if there is none yet. */
  readonly text: string | undefined;
  readonly writable: boolean;
  /** Whether this is the shell that is in use. */
  readonly inUse: boolean;
  /** Where the hook is written that the block sources. */
  readonly hookFile: string;
}

/** What there is on a machine. */
export interface Facts {
  readonly configPath: string;
  readonly configExists: boolean;
  readonly startFiles: readonly StartFile[];
  readonly histories: readonly { readonly from: ImportSource; readonly paths: readonly string[] }[];
}

/** What was asked for. */
export interface Wishes {
  readonly noService: boolean;
  readonly noImport: boolean;
}

/** Something to do. */
export type Step =
  | { readonly do: "config" }
  | { readonly do: "hook"; readonly file: StartFile; readonly block: "put" | "stays" | "own-line" }
  /** The start file cannot be written: the person has to add the line. */
  | { readonly do: "tell"; readonly file: StartFile }
  | { readonly do: "import"; readonly from: ImportSource; readonly path: string }
  | { readonly do: "service" };

/** The steps to a working machine, in order; done again they repair. */
export function planSetup(facts: Facts, { noService, noImport }: Wishes): readonly Step[] {
  const hooked = facts.startFiles.filter(({ text, inUse }) => inUse || text !== undefined);
  return [
    { do: "config" },
    ...hooked.map((file): Step => hookStep(file)),
    ...(noImport
      ? []
      : facts.histories.flatMap(({ from, paths }) =>
        paths.map((path): Step => ({ do: "import", from, path }))
      )),
    ...(noService ? [] : [{ do: "service" } as const]),
  ];
}

function hookStep(file: StartFile): Step {
  const text = file.text ?? "";
  if (hasOwnLine(text)) return { do: "hook", file, block: "own-line" };
  if (findBlock(text) !== undefined) return { do: "hook", file, block: "stays" };
  return file.writable ? { do: "hook", file, block: "put" } : { do: "tell", file };
}

/** A step in a sentence. */
export function stepText(step: Step, facts: Facts): string {
  switch (step.do) {
    case "config":
      return facts.configExists
        ? `keep the config ${facts.configPath}, and make the keys if they are missing`
        : `write the config ${facts.configPath} and make the keys`;
    case "hook":
      return step.block === "put"
        ? `record and search in ${step.file.shell}: three lines at the end of ${step.file.path}`
        : step.block === "stays"
        ? `renew the hook of ${step.file.shell}; ${step.file.path} has its lines`
        : `leave ${step.file.path} as it is: it loads the hook by a line of yours`;
    case "tell":
      return `say what to add to ${step.file.path}, which cannot be written`;
    case "import":
      return `import the history of ${step.from}: ${step.path}`;
    case "service":
      return "run the daemon in the background, from login on";
  }
}
