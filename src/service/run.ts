/** Running `systemctl`, `launchctl` and the like. */
import { spawn } from "node:child_process";
import type { Readable } from "node:stream";

/** What a program left behind. */
export interface Ran {
  /** Exit code; 127 if there is no such program, 128 if a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is run. */
export interface RunOptions {
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the program (SIGTERM) when aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Hands over our own input and output; nothing is collected then. */
  readonly inherit?: boolean;
}

/** Runs a program to its end. Rejects only when aborted, with the signal's reason. */
export type Run = (command: readonly string[], options?: RunOptions) => Promise<Ran>;

// More than any of the programs prints; a runaway must not fill the memory.
const MOST_OUTPUT_CHARS = 4 * 1024 * 1024;

/** Runs programs of the system, whose answers come untranslated. */
export const systemRun: Run = async (command, options = {}) => {
  const { signal } = options;
  signal?.throwIfAborted();
  const variables = Object.entries({ LC_ALL: "C", ...options.env });
  // `env` sets the variables: the environment of this process is not ours to read here.
  const words = [...variables.map(([name, value]) => `${name}=${value}`), ...command];
  const child = spawn("env", words, {
    stdio: options.inherit ? "inherit" : ["ignore", "pipe", "pipe"],
  });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const stop = (): void => void child.kill("SIGTERM");
  signal?.addEventListener("abort", stop, { once: true });
  const { promise, resolve } = Promise.withResolvers<Ran>();
  child.on("error", (error) => resolve({ code: 127, stdout: "", stderr: error.message }));
  child.on("close", (code) => resolve({ code: code ?? 128, stdout: stdout(), stderr: stderr() }));
  const ran = await promise;
  signal?.removeEventListener("abort", stop);
  signal?.throwIfAborted();
  return ran;
};

function collect(stream: Readable | null): () => string {
  let text = "";
  stream?.setEncoding("utf8");
  stream?.on("data", (chunk: string) => {
    if (text.length < MOST_OUTPUT_CHARS) text += chunk;
  });
  return () => text.slice(0, MOST_OUTPUT_CHARS);
}

/** The number of the user who runs this; `undefined` if the system does not say. */
export async function userId(run: Run): Promise<string | undefined> {
  const ran = await run(["id", "-u"]);
  const id = ran.stdout.trim();
  return ran.code === 0 && /^\d+$/.test(id) ? id : undefined;
}
