/** What the tests of setting up and taking back share. */
import { setupCommand } from "../../src/cli/commands/setup/setup.ts";
import { main } from "../../src/cli/main.ts";
import type { Run } from "../../src/service/run.ts";
import type { FakeWorld } from "../fakes/fake_world.ts";

export const SETUP = ["setup", "--yes", "--no-service"];
export const UNINSTALL = ["uninstall", "--yes", "--no-service"];

/** Runs `rr setup --yes` with the programs of a machine. */
export async function set(world: FakeWorld, run: Run): Promise<{ code: number; out: string }> {
  world.args = ["setup", "--yes"];
  const code = await main(world, () => Promise.resolve({ command: setupCommand(run) }));
  return { code, out: world.takeOut() };
}
