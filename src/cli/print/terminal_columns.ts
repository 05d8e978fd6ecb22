import type { World } from "../../base/world.ts";

const USUAL_COLUMNS = 80;

/** How wide the terminal of this process is; where it goes to none, what `COLUMNS` says, or 80. */
export async function terminalColumns(world: World): Promise<number> {
  const said = Number(world.env("COLUMNS"));
  const usual = Number.isInteger(said) && said > 0 ? said : USUAL_COLUMNS;
  if (!world.stdout.isTerminal()) return usual;
  const { openTerminal } = await import("../../world/open_terminal.ts");
  // Without a terminal to ask, as in a job without one, the usual width is taken.
  const terminal = await openTerminal(world.stdin.isTerminal()).catch(() => undefined);
  try {
    return terminal?.size().columns || usual;
  } finally {
    terminal?.close();
  }
}
