import { RrError } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";

/**
 * Asks whether to go on; Enter alone answers `byDefault`.
 *
 * @throws {RrError} `usage` if there is no terminal
 */
export function agreed(world: World, byDefault: "yes" | "no"): boolean {
  if (!world.stdin.isTerminal()) {
    throw new RrError("usage", "Cannot ask whether to go on: there is no terminal", {
      hint: "Say --yes, or --dry-run to see what would be done",
    });
  }
  world.stdout.write(`Go on? ${byDefault === "yes" ? "[Y/n]" : "[y/N]"} `);
  const answer = world.stdin.readLine()?.trim();
  if (answer === "") return byDefault === "yes";
  return /^y(es)?$/i.test(answer ?? "no");
}
