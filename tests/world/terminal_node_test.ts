/** Node's terminal on a real one: `stty` tells what it has become. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";

const PTY = new URL("../shell/_pty.py", import.meta.url).pathname;
const TERMINAL = new URL("../../src/world/terminal_node.ts", import.meta.url).href;

const PROGRAM = `
  import { nodeTerminal } from ${JSON.stringify(TERMINAL)};
  import { execFileSync } from "node:child_process";
  const isRaw = () =>
    execFileSync("stty", ["-a"], { stdio: ["inherit", "pipe", "inherit"] }).includes("-icanon");
  const terminal = nodeTerminal(true);
  const seen = [isRaw()];
  terminal.setRaw(true);
  seen.push(isRaw());
  terminal.write("ready");
  const typed = new TextDecoder().decode(await terminal.read());
  terminal.setRaw(false);
  seen.push(isRaw());
  terminal.close();
  terminal.setRaw(true);
  seen.push(isRaw());
  console.log("seen " + JSON.stringify([typed, ...seen]) + ";");
  process.exit(0);
`;

Deno.test("the terminal is raw while it is asked to be, and never once it is closed", async () => {
  const program = await Deno.makeTempFile({ suffix: ".mjs" });
  try {
    await Deno.writeTextFile(program, `import process from "node:process";\n${PROGRAM}`);
    const child = new Deno.Command("python3", {
      args: [PTY, Deno.execPath(), "run", "--no-lock", "-A", program],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const deadline = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
    const keys = child.stdin.getWriter();
    let screen = "";
    let isTyped = false;
    for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
      screen += piece;
      if (!isTyped && screen.includes("ready")) {
        isTyped = true;
        await keys.write(new TextEncoder().encode("x"));
      }
      if (screen.includes(";")) break;
    }
    await keys.close().catch(() => {}); // it was killed
    await child.status;
    clearTimeout(deadline);
    const seen = /seen (.*);/.exec(screen)?.[1];
    assert.equal(seen, JSON.stringify(["x", false, true, false, false]), screen);
  } finally {
    await Deno.remove(program);
  }
});
