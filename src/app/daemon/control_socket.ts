/** The part that answers the command line, at the socket that belongs to the history. */
import { pauseUntilBeat } from "../../base/async/timer.ts";
import { keepOpen } from "../../base/async/door.ts";
import { linkedController } from "../../base/async/linked_signal.ts";
import type { Clock } from "../../base/clock.ts";
import { RrError } from "../../base/rr_error.ts";
import { type ControlHandlers, type ControlServer, serveControl } from "../../control/server.ts";
import { controlSocketPath, otherSocketPath } from "../../control/socket_path.ts";
import { controlHandlers } from "./status/daemon_control.ts";
import type { DaemonContext } from "./context.ts";

/** A history that has become a link, or leads elsewhere, has its socket elsewhere. */
const LOOK_MS = 1_000;

/** Answers until the signal is aborted. */
export async function answerControl(context: DaemonContext, signal: AbortSignal): Promise<void> {
  const { deps, config } = context;
  const handlers = controlHandlers({ clock: deps.world.clock, ...context });
  const place = (): string => controlSocketPath(config().dbPath);
  while (!signal.aborted) {
    const path = place();
    using here = linkedController(signal);
    const left = untilElsewhere(path, place, deps.world.clock, here.signal)
      .then(() => here.abort(new Error("The history has another place")));
    try {
      await answerAt(path, handlers, deps, here.signal);
    } finally {
      here.abort();
      await left;
    }
  }
}

async function answerAt(
  path: string,
  handlers: ControlHandlers,
  { world: { clock }, logger, health }: DaemonContext["deps"],
  signal: AbortSignal,
): Promise<void> {
  const serve = (at: string): Promise<ControlServer> =>
    serveControl(at, handlers, { clock, logger }, signal);
  await using server = await serve(path).catch((error) => {
    const other = otherSocketPath(path);
    if (other === undefined || !(error instanceof RrError && error.code === "io")) throw error;
    logger.warn("There can be no socket beside the history, it is at another place", {
      place: other,
      error: error.message,
    });
    return serve(other);
  });
  const door = { clock, logger, onState: health.partChanged };
  await Promise.all([server.finished, keepOpen(server.door, door, signal)]);
}

/** Resolves once the socket belongs elsewhere, or the signal is aborted. */
async function untilElsewhere(
  path: string,
  place: () => string,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && place() === path) {
    await pauseUntilBeat(clock, LOOK_MS, signal);
  }
}
