import type { World } from "../base/world.ts";

/**
 * The World of the running process.
 *
 * The other runtime's half is never evaluated: on Deno not even the global `process` may be touched,
 * which alone costs 11 ms at start.
 */
export async function systemWorld(): Promise<World> {
  if ("Deno" in globalThis) return (await import("./deno.ts")).denoWorld();
  return (await import("./node.ts")).nodeWorld();
}
