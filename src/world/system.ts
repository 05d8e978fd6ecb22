import type { World } from "../base/world.ts";
import { denoWorld } from "./deno.ts";

/**
 * The World of the running process.
 *
 * Node's half is never evaluated on Deno: not even the global `process` may be touched there, which
 * alone costs 11 ms at start.
 */
export async function systemWorld(): Promise<World> {
  if ("Deno" in globalThis) return denoWorld();
  return (await import("./node.ts")).nodeWorld();
}
