/** Programs of the system that judge our files. */

/** Runs a program; `undefined` if it is not installed. */
export async function tryTool(
  command: readonly string[],
  options: { readonly stdin?: string; readonly env?: Record<string, string> } = {},
): Promise<{ readonly code: number; readonly output: string } | undefined> {
  const [file, ...args] = command;
  try {
    const child = new Deno.Command(file!, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      env: options.env ?? {},
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.stdin ?? ""));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Says, so that nobody misses it, that a test has not looked. */
export function loudSkip(test: string, why: string): void {
  // deno-lint-ignore no-console
  console.warn(`\nSKIPPED: ${test}: ${why}\n`);
}

/** A unit file that systemd refuses gives its complaints, one that it takes gives "". */
export async function systemdVerify(
  units: ReadonlyMap<string, string>,
  scope: "user" | "system",
): Promise<string | undefined> {
  const folder = await Deno.makeTempDir({ prefix: "rr-verify-" });
  try {
    const paths: string[] = [];
    for (const [name, text] of units) {
      // The program need not be installed on the machine that runs the tests.
      const runnable = text.replace(
        /^ExecStart=(?:":?(?:[^"\\]|\\.)*"|\S+)/m,
        "ExecStart=/bin/true",
      );
      await Deno.writeTextFile(`${folder}/${name}`, runnable);
      paths.push(`${folder}/${name}`);
    }
    await Deno.mkdir(`${folder}/run`, { mode: 0o700 });
    const ran = await tryTool(["systemd-analyze", "verify", `--${scope}`, "--man=no", ...paths], {
      env: { XDG_RUNTIME_DIR: `${folder}/run`, HOME: folder },
    });
    if (ran === undefined) return undefined;
    // Other units of the machine may have faults of their own.
    const ours = ran.output.split("\n").filter((line) =>
      [...units.keys()].some((name) => line.includes(name))
    );
    return ran.code === 0 || ours.length > 0 ? ours.join("\n") : ran.output;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
