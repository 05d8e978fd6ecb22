/** SIGTERM and Ctrl-C as an AbortSignal: the first asks for a stop, the second ends the process. */
import type { World } from "../base/world.ts";

const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/** Why a command was asked to stop. */
export class StopRequest extends Error {
  /** The signal that asked. */
  readonly signalName: "SIGINT" | "SIGTERM";

  /** Creates the reason for one signal. */
  constructor(signalName: "SIGINT" | "SIGTERM") {
    super(`Stopped by ${signalName}`);
    this.name = "StopRequest";
    this.signalName = signalName;
  }
}

/**
 * Listens for SIGTERM and SIGINT until disposed.
 *
 * The first one aborts `signal`; whoever waits on it has half a second to clean up. The next one ends
 * the process at once with 128 + its number, as a shell would report it.
 */
export function stopOnSignals(world: Pick<World, "onSignal" | "exit">): Disposable & {
  readonly signal: AbortSignal;
} {
  const stop = new AbortController();
  const listeners = (["SIGINT", "SIGTERM"] as const).map((name) =>
    world.onSignal(name, () => {
      if (stop.signal.aborted) world.exit(128 + NUMBERS[name]);
      stop.abort(new StopRequest(name));
    })
  );
  return {
    signal: stop.signal,
    [Symbol.dispose]: () => listeners.forEach((listener) => listener[Symbol.dispose]()),
  };
}
