/** What the build scripts share: running programs, and failing with one clear line. */

/** The root of the project. */
export const ROOT = new URL("../", import.meta.url).pathname;

/** What a finished program left. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in the root of the project and collects its output. */
export async function run(
  command: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Finished> {
  const [file, ...args] = command;
  const { code, stdout, stderr } = await new Deno.Command(file!, {
    args,
    cwd: options.cwd ?? ROOT,
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0", ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs a program that has to succeed; throws with its own words if it does not. */
export async function mustRun(
  command: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Finished> {
  const finished = await run(command, options);
  if (finished.code === 0) return finished;
  throw new Error(
    `\`${command.join(" ")}\` ended with ${finished.code}:\n${finished.stderr}${finished.stdout}`,
  );
}

/** The Deno that runs this script; there may be no other on PATH. */
export function deno(...args: readonly string[]): readonly string[] {
  return [Deno.execPath(), ...args];
}

/** Prints a line. */
export function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

/** Ends the script with one line on stderr. */
export function fail(text: string): never {
  Deno.stderr.writeSync(new TextEncoder().encode(`error: ${text}\n`));
  Deno.exit(1);
}

/** Removes a folder with all it holds and makes it anew. */
export async function emptyFolder(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch(ignoreMissing);
  await Deno.mkdir(path, { recursive: true });
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** Where Deno keeps what it has downloaded; a program with another HOME has to be told. */
export async function denoDir(): Promise<string> {
  const { stdout } = await mustRun(deno("info", "--json"));
  return (JSON.parse(stdout) as { denoDir: string }).denoDir;
}
