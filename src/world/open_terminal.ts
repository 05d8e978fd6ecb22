import type { Terminal } from "./terminal.ts";
import { denoTerminal } from "./terminal_deno.ts";

/**
 * The terminal of this process. Node's half is never evaluated on Deno. Fails as opening a file
 * does if there is none.
 *
 * @param onStdin whether stdin is that terminal
 */
export async function openTerminal(onStdin: boolean): Promise<Terminal> {
  if ("Deno" in globalThis) return denoTerminal(onStdin);
  return (await import("./terminal_node.ts")).nodeTerminal(onStdin);
}
