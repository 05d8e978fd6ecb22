/** Real processes for tests: lines of their output, and an end that is waited for. */

/** A child process that is killed when it is disposed. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** The next line of its stdout; rejects when there is none. */
  line(): Promise<string>;
  kill(signal: Deno.Signal): void;
  readonly status: Promise<Deno.CommandStatus>;
}

/** Starts a program; stderr goes to the test's own. */
export function start(program: string, args: readonly string[], env = {}): Child {
  const command = new Deno.Command(program, { args: [...args], env, stdout: "piped" });
  const child = command.spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(splitLines());
  const reader = lines.getReader();
  return {
    pid: child.pid,
    status: child.status,
    kill: (signal) => child.kill(signal),
    async line(): Promise<string> {
      const { value, done } = await reader.read();
      if (done) throw new Error(`${program} ended without another line`);
      return value;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await child.status;
      await reader.cancel();
    },
  };
}

/** Starts a script of the tests on this Deno. */
export function startScript(script: URL, args: readonly string[], env = {}): Child {
  const path = script.pathname;
  const all = ["run", "--quiet", "--no-check", "-A", path, ...args];
  return start(Deno.execPath(), all, env);
}

function splitLines(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(chunk, controller): void {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      for (const line of lines) controller.enqueue(line);
    },
  });
}
