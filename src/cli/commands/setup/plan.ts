/** What `rr setup` does on a machine: facts in, steps out, nothing done. */
import { folderOf } from "../../../base/folder_of.ts";
import type { ImportSource } from "../../../import/import_sources.ts";
import type { ShellName } from "../../../shell/hook.ts";
import { findBlock, hasOwnLine, withBlock } from "./start_file.ts";

/** A start file as it is. */
export interface StartFile {
  readonly shell: ShellName;
  /** The file behind links. */
  readonly path: string;
  /** One letter a byte; `undefined` if there is none yet, or if it cannot be read. */
  readonly text: string | undefined;
  /** Why it cannot be written; `undefined` if it can. */
  readonly obstacle: string | undefined;
  /** Whether this is a shell that is in use. */
  readonly inUse: boolean;
  /** Where the hook is written that the block sources. */
  readonly hookFile: string;
}

/** A history that another program keeps. */
export interface OldHistory {
  readonly from: ImportSource;
  readonly path: string;
  /** Of the file, in bytes; above 0. */
  readonly size: number;
}

/** Who can run the daemon. */
export type Service =
  | { readonly is: "there"; readonly title: string }
  | { readonly is: "missing"; readonly why: string };

/** What there is on a machine. */
export interface Facts {
  readonly home: string;
  readonly configPath: string;
  readonly configExists: boolean;
  readonly startFiles: readonly StartFile[];
  readonly histories: readonly OldHistory[];
  /** `undefined` if it was not looked for. */
  readonly service: Service | undefined;
  /** Whether a shell finds a program `rr`. */
  readonly isOnPath: boolean;
}

/** What was asked for. */
export interface Wishes {
  readonly noImport: boolean;
}

/** Something to do. */
export type Step =
  | { readonly do: "config" }
  | { readonly do: "hook"; readonly file: StartFile; readonly block: BlockWork }
  /** The start file cannot be written: the person has to add the line. */
  | { readonly do: "tell"; readonly file: StartFile }
  | { readonly do: "import"; readonly histories: readonly OldHistory[] }
  | { readonly do: "service"; readonly title: string }
  /** Nothing here can run the daemon: the person has to. */
  | { readonly do: "tell-service"; readonly why: string };

/** What is done to a start file: it gets the block, has it, has another one, or needs none. */
export type BlockWork = "put" | "stays" | "mend" | "own-line";

/** The steps to a working machine, in order; done again they repair. */
export function planSetup(facts: Facts, { noImport }: Wishes): readonly Step[] {
  const hooked = facts.startFiles.filter(({ text, inUse }) => inUse || text !== undefined);
  return [
    { do: "config" },
    ...hooked.map((file): Step => hookStep(file)),
    ...(noImport || facts.histories.length === 0
      ? []
      : [{ do: "import", histories: facts.histories } as const]),
    ...(facts.service === undefined ? [] : [serviceStep(facts.service)]),
  ];
}

function hookStep(file: StartFile): Step {
  const text = file.text ?? "";
  if (hasOwnLine(text)) return { do: "hook", file, block: "own-line" };
  if (withBlock(file.text, file.shell) === text) return { do: "hook", file, block: "stays" };
  if (file.obstacle !== undefined) return { do: "tell", file };
  return { do: "hook", file, block: findBlock(text) === undefined ? "put" : "mend" };
}

function serviceStep(service: Service): Step {
  return service.is === "there"
    ? { do: "service", title: service.title }
    : { do: "tell-service", why: service.why };
}

/** A step in a sentence. */
export function stepText(step: Step, facts: Facts): string {
  const short = (path: string): string => shortPath(path, facts.home);
  switch (step.do) {
    case "config":
      return facts.configExists
        ? `keep the config ${short(facts.configPath)}, and make the keys if they are missing`
        : `write the config ${short(facts.configPath)} and make the keys`;
    case "hook":
      return hookText(step.file.shell, step.block, short(step.file.path));
    case "tell":
      return `say what to add to ${short(step.file.path)}, which cannot be written`;
    case "import":
      return `import the ${step.histories.length === 1 ? "history" : "histories"} of ` +
        placesOf(step.histories, short).join(", ");
    case "service":
      return `run the daemon in the background, from login on (${step.title})`;
    case "tell-service":
      return "say how to keep the daemon running: there is no service manager for you here";
  }
}

/** Each file, or how many there are in a folder: a shell with sessions has dozens. */
function placesOf(
  histories: readonly OldHistory[],
  short: (path: string) => string,
): readonly string[] {
  const groups = Map.groupBy(histories, ({ from, path }) => `${from} ${folderOf(path)}`);
  return [...groups.values()].flatMap((group) => {
    const { from, path } = group[0]!;
    return group.length > MOST_NAMED
      ? [`${from} (${group.length} files in ${short(folderOf(path))})`]
      : group.map((one) => `${one.from} (${short(one.path)})`);
  });
}

const MOST_NAMED = 3;

function hookText(shell: ShellName, block: BlockWork, path: string): string {
  switch (block) {
    case "put":
      return `record and search in ${shell}: three lines at the end of ${path}`;
    case "stays":
      return `renew the hook of ${shell}; ${path} has its lines`;
    case "mend":
      return `renew the hook of ${shell}, and mend its lines in ${path}`;
    case "own-line":
      return `leave ${path} as it is: it loads the hook by a line of yours (without ` +
        "that, `rr setup` puts in one that starts no process)";
  }
}

/** A path below the home folder as people write it. */
export function shortPath(path: string, home: string): string {
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
