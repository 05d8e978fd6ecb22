/**
 * The part that has peers tried at once which were to be left alone after failures, when something
 * says that they may be reached again: the machine was asleep, or is in another network.
 */
import { pauseUntilBeat } from "../../base/async/timer.ts";
import type { SessionContext } from "./context.ts";

const EVERY_MS = 5_000;
/** Less is a clock that is being set right. */
const JUMP_MS = 20_000;
/**
 * After a waking, how long a connection may seem to be there that the other side gave up meanwhile: until
 * the silence is noticed at the latest. A round that was content with such a one has to be made again.
 */
const DOUBT_MS = 30_000;

/** Looks until the signal is aborted. */
export async function watchSignsOfLife(
  { own, deps }: SessionContext,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = deps.world;
  let addrs = own.node.addresses().join(" ");
  let doubtUntil = -Infinity;
  using _events = own.node.onEvent((event) => {
    // What was asked over a connection that led nowhere has failed by now.
    if (event.type === "network-changed") own.engine.wake();
    if (event.type === "disconnected" && clock.monotonic() < doubtUntil) own.engine.wake();
    if (event.type !== "addresses") return;
    const now = event.addrs.join(" ");
    if (now !== addrs) own.engine.wake();
    addrs = now;
  });
  // While a machine sleeps, time goes on and the monotonic clock does not.
  const offset = (): number => clock.now() - clock.monotonic();
  for (let before = offset(); !signal.aborted;) {
    await pauseUntilBeat(clock, EVERY_MS, signal);
    const now = offset();
    if (Math.abs(now - before) > JUMP_MS) {
      deps.logger.info("The machine was asleep, or its clock was set: all peers are tried again", {
        jump_sec: Math.round((now - before) / 1000),
      });
      doubtUntil = clock.monotonic() + DOUBT_MS;
      own.engine.wake();
    }
    before = now;
  }
}
