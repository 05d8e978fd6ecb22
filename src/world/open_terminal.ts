import type { Terminal } from "./terminal.ts";

/** The terminal of this process. The other runtime's half is never evaluated. */
export async function openTerminal(): Promise<Terminal> {
  if ("Deno" in globalThis) return (await import("./terminal_deno.ts")).denoTerminal();
  return (await import("./terminal_node.ts")).nodeTerminal();
}
