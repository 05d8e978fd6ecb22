/** Putting a command on the clipboard, whatever lies between the picker and the terminal. */
import type { World } from "../../base/world.ts";
import { type Between, clipboard } from "../../picker/render/clipboard.ts";
import type { CopiedTo } from "../../picker/state/step.ts";
import type { Terminal } from "../../world/terminal.ts";

/**
 * Has the terminal put a command on its clipboard. tmux as it comes takes nothing from a program in it,
 * so it is asked to do that itself.
 *
 * @param program the tmux to ask
 */
export async function copyCommand(
  world: Pick<World, "env">,
  terminal: Pick<Terminal, "write">,
  command: string,
  program = "tmux",
): Promise<CopiedTo> {
  const tmux = world.env("TMUX");
  const between = tmux === undefined ? betweenOf(world.env("TERM") ?? "") : "tmux";
  const asked = clipboard(command, between);
  if (asked === undefined) return "nowhere";
  if (tmux) {
    const { loadBuffer } = await import("./tmux_buffer.ts");
    if (await loadBuffer(program, tmux, command)) return "tmux";
  }
  terminal.write(asked);
  return between === "tmux" ? "ignorant-tmux" : "clipboard";
}

function betweenOf(term: string): Between {
  if (term.startsWith("tmux")) return "tmux";
  return term.startsWith("screen") ? "screen" : "nothing";
}
