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

/**
 * A test that cannot run everywhere. Where it cannot, it is listed and counted as ignored, and its
 * name says why: it is never a silent green.
 */
export function testOrSkip(
  name: string,
  missing: string | undefined,
  body: () => Promise<void>,
): void {
  if (missing === undefined) Deno.test(name, body);
  else Deno.test({ name: `${name} [SKIPPED: ${missing}]`, ignore: true, fn: body });
}

/** Why a program cannot be used; `undefined` if it can. */
export async function whyNot(...command: readonly string[]): Promise<string | undefined> {
  return await tryTool(command) === undefined ? `no ${command[0]}` : undefined;
}

/** A unit file that systemd refuses gives its complaints, one that it takes gives "". */
export async function systemdVerify(
  units: ReadonlyMap<string, string>,
  scope: "user" | "system",
): Promise<string> {
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
    if (ran === undefined) throw new Error("systemd-analyze is not installed");
    // Other units of the machine may have faults of their own.
    const ours = ran.output.split("\n").filter((line) =>
      [...units.keys()].some((name) => line.includes(name))
    );
    return ran.code === 0 || ours.length > 0 ? ours.join("\n") : ran.output;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
