/** Asks the daemon what a shell's widget asks, over the same way. */
import { connect } from "node:net";
import type { Files } from "../base/world.ts";
import { ShellLine } from "./shell_line.ts";

/**
 * The first field of the answer; `undefined` if nobody answers who knows the tokens.
 *
 * @param path the file that says how to get in
 * @param fields what is asked, as in `shell_request.ts`
 */
export async function askAsShell(
  path: string,
  fields: readonly string[],
  files: Pick<Files, "readText">,
  signal: AbortSignal,
): Promise<string | undefined> {
  signal.throwIfAborted();
  const [port, token, expected] = files.readText(path)?.trimEnd().split(" ") ?? [];
  if (expected === undefined) return undefined;
  const socket = connect({ host: "127.0.0.1", port: Number(port) });
  const leave = (): void => void socket.destroy();
  signal.addEventListener("abort", leave, { once: true });
  try {
    const line = new ShellLine(socket);
    line.send(token!);
    if (await line.next() !== expected) return undefined;
    for (const field of fields) line.send(field);
    return await line.next();
  } finally {
    signal.removeEventListener("abort", leave);
    leave();
  }
}
