import type { World } from "../base/world.ts";

/** Runs one command line and resolves to its exit code. */
export function main(_world: World): Promise<number> {
  return Promise.resolve(0);
}
