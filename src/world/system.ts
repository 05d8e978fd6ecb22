import type { World } from "../base/world.ts";

/** The World of the running process. */
export function systemWorld(): Promise<World> {
  return Promise.reject(new Error("not yet"));
}
