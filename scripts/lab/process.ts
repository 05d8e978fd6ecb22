/** Child processes whose output is awaited line by line, and that are never left behind. */
import { PATIENCE_MS } from "./patience.ts";

/** One running program. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** Resolves with the first line, seen or still to come, that `test` accepts. */
  line(test: (line: string) => boolean, withinMs?: number): Promise<string>;
  /** Sends a signal; does nothing to a process that has ended. */
  kill(signal: Deno.Signal): void;
  /** The exit code; 128 + number if a signal ended it. */
  readonly exited: Promise<number>;
  /** Everything it printed so far, stdout and stderr together. */
  output(): string;
}

/** A program, its arguments and its whole environment. */
export interface CommandLine {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How a finished program ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a program and reads what it prints. */
export function start(name: string, command: CommandLine): Child {
  const process = spawn(command);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const take = (line: string): void => {
    lines.push(line);
    for (const look of [...waiting]) look();
  };
  const drained = Promise.all([readLines(process.stdout, take), readLines(process.stderr, take)]);
  const exited = process.status.then(async (status) => {
    await drained;
    return status.code;
  });

  function line(test: (line: string) => boolean, withinMs = PATIENCE_MS): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const look = (): void => {
      const hit = lines.find(test);
      if (hit !== undefined) finish(() => resolve(hit));
    };
    const fail = (why: string): void =>
      finish(() => reject(new Error(`${name}: ${why}. It printed:\n${lines.join("\n")}`)));
    const timer = setTimeout(() => fail(`no such line within ${withinMs} ms`), withinMs);
    function finish(then: () => void): void {
      clearTimeout(timer);
      waiting.delete(look);
      then();
    }
    waiting.add(look);
    exited.then((code) => waiting.has(look) && fail(`ended with exit code ${code}`));
    look();
    return promise;
  }

  return {
    name,
    pid: process.pid,
    line,
    kill: (signal) => killQuietly(process, signal),
    exited,
    output: () => lines.join("\n"),
  };
}

/** Runs a program to its end, whatever its exit code. */
export async function run({ argv, env }: CommandLine, stdin?: Uint8Array): Promise<Outcome> {
  const process = new Deno.Command(argv[0]!, {
    args: argv.slice(1),
    env: { ...env },
    clearEnv: true,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (stdin !== undefined) {
    const writer = process.stdin.getWriter();
    await writer.write(stdin);
    await writer.close();
  }
  const { code, stdout, stderr } = await process.output();
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

function spawn({ argv, env }: CommandLine): Deno.ChildProcess {
  return new Deno.Command(argv[0]!, {
    args: argv.slice(1),
    env: { ...env },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

function killQuietly(process: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    process.kill(signal);
  } catch {
    // it has ended by itself
  }
}

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    parts.forEach(take);
  }
  if (rest !== "") take(rest);
}
