/** How the service starts `rr`: the same way in which the person who installs it has started it. */
import { RrError } from "../base/rr_error.ts";

/** The form in which `rr` is there. */
export type Program =
  /** One executable, made by `deno compile`. */
  | { readonly kind: "compiled"; readonly path: string }
  /** The source, run by Deno; `module` is a URL. */
  | { readonly kind: "deno"; readonly deno: string; readonly module: string }
  /** The npm package, run by Node. */
  | { readonly kind: "node"; readonly node: string; readonly script: string };

/**
 * What the daemon may do when Deno runs it from source; a compiled `rr` has its own built in.
 *
 * Everything: Deno opens no terminal of another process for less, whatever paths may be read and written,
 * and then every ctrl-r would start a process of its own. What the unit keeps from the daemon stands in the
 * unit. It does not prompt, since nobody is there to answer.
 */
export const DAEMON_PERMISSIONS: readonly string[] = [
  "--no-prompt",
  "--allow-all",
  // Datagrams to systemd: ready, status, alive.
  "--unstable-net",
];

/**
 * Reads the command line that started this process.
 *
 * @param command the executable and the words before the arguments, as `World.program()` gives them
 * @throws {RrError} code `invalid` if the script of a Deno or Node run is not known
 */
export function programFrom(command: readonly string[], runtime: "deno" | "node"): Program {
  const executable = command[0] ?? "";
  const script = command.at(-1) ?? "";
  if (runtime === "deno" && command.length === 1) return { kind: "compiled", path: executable };
  if (command.length < 2 || script === "") {
    throw new RrError("invalid", `Cannot tell which script "${executable}" is running`, {
      hint: "Start rr by its installed name, or write the unit by hand (see service/README.md)",
    });
  }
  return runtime === "deno"
    ? { kind: "deno", deno: executable, module: script }
    : { kind: "node", node: executable, script };
}

/** The whole command line that runs `rr` with `args`. */
export function commandLine(program: Program, args: readonly string[]): readonly string[] {
  switch (program.kind) {
    case "compiled":
      return [program.path, ...args];
    case "deno":
      return [program.deno, "run", "--quiet", ...DAEMON_PERMISSIONS, program.module, ...args];
    case "node":
      return [program.node, program.script, ...args];
  }
}

// Folders that a package manager clears when it likes.
const CACHES = /[/\\](?:_npx|\.npm[/\\]_cacache|\.bun[/\\]install[/\\]cache|pnpm[/\\]dlx)[/\\-]/;

/** Folders of one shell, which go with it: fnm links the version that the shell has chosen. */
const OF_ONE_SHELL = /[/\\]fnm_multishells[/\\]/;
/** Folders of one version of the runtime, with everything that was installed for it. */
const OF_ONE_VERSION =
  /[/\\](?:\.nvm[/\\]versions|fnm[/\\]node-versions|\.volta[/\\]tools[/\\]image|(?:\.asdf|mise|rtx)[/\\]installs|\.nodenv[/\\]versions)[/\\]/;

/** The program by paths that outlive the shell it was started from. */
export function lastingProgram(program: Program, realPath: (path: string) => string): Program {
  const lasting = (path: string): string => OF_ONE_SHELL.test(path) ? realPath(path) : path;
  switch (program.kind) {
    case "compiled":
      return { ...program, path: lasting(program.path) };
    case "deno":
      return { ...program, deno: lasting(program.deno) };
    case "node":
      return { ...program, node: lasting(program.node), script: lasting(program.script) };
  }
}

/** Why this program may be gone one day although nobody removed it; `undefined` if it is not. */
export function fleetingReason(program: Program): string | undefined {
  const paths = program.kind === "compiled"
    ? [program.path]
    : program.kind === "node"
    ? [program.node, program.script]
    : [program.deno, program.module];
  const cached = paths.find((path) => CACHES.test(path));
  if (cached !== undefined) {
    return `"${cached}" lies in a cache that may be cleared at any time; ` +
      "install rr for good first (npm install -g @rustory/cli), then run this again";
  }
  const versioned = paths.find((path) => OF_ONE_VERSION.test(path));
  if (versioned !== undefined) {
    return `"${versioned}" belongs to one version of the runtime and goes with it: after a change of ` +
      "version, install rr for the new one and run this again";
  }
  const temporary = paths.find((path) =>
    /^(?:file:\/\/)?\/(?:private\/)?(?:var\/)?tmp\//.test(path)
  );
  return temporary === undefined
    ? undefined
    : `"${temporary}" lies in a folder for temporary files; move rr to a lasting place first, ` +
      "then run this again";
}
