/** A history that the tests of its commands share. */
import type { FakeWorld } from "../fakes/fake_world.ts";
import { annsWorld, rr } from "./_run.ts";

export const HOUR = 3_600_000;

/** Six runs, an hour apart, the last one now. */
export async function sampleWorld(): Promise<FakeWorld> {
  const world = annsWorld();
  const now = world.clock.now();
  const runs: [command: string, ...flags: string[]][] = [
    ["git status", "--cwd", "/w/a", "--hostname", "h1"],
    ["git push", "--cwd", "/w/a/deep", "--exit-code", "1", "--hostname", "h2"],
    ["make Test", "--cwd", "/w", "--duration-ms", "61000", "--session", "s1"],
    ["git status", "--cwd", "/w/a", "--exit-code", "130"],
    ["cat <<EOF\na\x1b]0;b\nEOF", "--cwd", "/x", "--device-id", "desk"],
    ["echo last", "--cwd", world.home],
  ];
  for (const [i, [command, ...flags]] of runs.entries()) {
    const at = String(now - (runs.length - 1 - i) * HOUR);
    await rr(world, "record", "--cmd", command, "--started-at-ms", at, ...flags);
  }
  return world;
}
