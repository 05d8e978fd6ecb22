/** A terminal at which nobody sits. */
import type { Terminal } from "../../world/terminal.ts";

/** The usual size of one, so that as much is drawn as on others. */
const SIZE = { columns: 80, rows: 24 } as const;

/** What is drawn on it is lost, and it is closed as soon as keys are asked for: a picker draws once. */
export function unseenTerminal(): Terminal {
  return {
    size: () => SIZE,
    setRaw: () => {},
    read: () => Promise.resolve(undefined),
    unread: () => new Uint8Array(),
    write: () => {},
    breathe: () => Promise.resolve(),
    close: () => {},
  };
}
