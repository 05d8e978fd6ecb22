import type { Terminal } from "./terminal.ts";

/**
 * The terminal of this process. The other runtime's half is never evaluated. Fails as opening a file
 * does if there is none.
 *
 * @param onStdin whether stdin is that terminal
 */
export async function openTerminal(onStdin: boolean): Promise<Terminal> {
  if ("Deno" in globalThis) return (await import("./terminal_deno.ts")).denoTerminal(onStdin);
  return (await import("./terminal_node.ts")).nodeTerminal(onStdin);
}
