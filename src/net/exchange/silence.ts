/**
 * Ends connections that went silent: a network that swallows packets, a machine that sleeps.
 *
 * libp2p's own monitor pings every 10 s and gives up after 5 s, which ends every busy connection on a
 * slow link, as the ping waits behind the data. Here any byte counts, and yamux makes both sides of
 * an idle connection speak every 15 s.
 */
import type { Connection } from "@libp2p/interface";
import type { Clock } from "../../base/clock.ts";
import type { Heard, HeardOf } from "../node/psk.ts";

/** How often yamux makes an idle connection speak. */
export const KEEP_ALIVE_MS = 15_000;
/** Silence after which a connection is given up: three keep-alives missed. */
export const SILENCE_MS = 50_000;
const CHECK_MS = 5_000;
/** After the machine slept, time for a connection to prove that it is still there. */
const GRACE_MS = 20_000;

/** What the watch needs. */
export interface SilenceDeps {
  readonly clock: Clock;
  readonly heardOf: HeardOf;
  connections(): readonly Connection[];
}

/** Watches until the signal is aborted. `silenceMs` is for tests. */
export async function watchSilence(
  deps: SilenceDeps,
  signal: AbortSignal,
  silenceMs: number = SILENCE_MS,
): Promise<void> {
  const { clock } = deps;
  const checkMs = Math.min(CHECK_MS, silenceMs / 4);
  let lastNow = clock.now();
  while (!signal.aborted) {
    await clock.sleep(checkMs, signal).catch(() => {});
    if (signal.aborted) return;
    const now = clock.now();
    const slept = Math.abs(now - lastNow - checkMs) > GRACE_MS;
    lastNow = now;
    for (const connection of deps.connections()) {
      const heard = lastHeard(deps.heardOf, connection);
      if (!heard) continue;
      if (slept) heard.atMs = now - silenceMs + Math.min(GRACE_MS, silenceMs);
      else if (now - heard.atMs > silenceMs) connection.abort(new Error("The peer went silent"));
    }
  }
}

/**
 * When the connection last brought a byte. The record is kept for the connection below noise and the
 * pre-shared key, which libp2p's type does not show.
 */
export function lastHeard(heardOf: HeardOf, connection: Connection): Heard | undefined {
  const { maConn } = connection as unknown as { readonly maConn?: object };
  return maConn && heardOf.get(maConn);
}
