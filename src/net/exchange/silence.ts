/**
 * Ends connections that went silent: a network that swallows packets, a machine that sleeps. And has
 * those speak that are only idle.
 *
 * libp2p's own monitor pings every 10 s and gives up after 5 s, which ends every busy connection on a
 * slow link, as the ping waits behind the data. Here any byte counts. The keep-alive of yamux pings from
 * both sides whatever was said meanwhile, 480 bytes a minute at its former 15 s; here a side asks only
 * once it has heard nothing for a while, and the question and its answer, 30 bytes each, are heard by
 * both. Where the own network changes, or the machine wakes, connections are tested at once instead.
 *
 * A router that has forgotten the connection swallows what is said: a command that was just typed must
 * not wait for the silence to be long enough. So a word that nothing follows is asked about soon, a long
 * one later: where only large packets vanish, as in a tunnel that nobody told the size of, they do so alone.
 */
import { pauseUntilBeat } from "../../base/async/timer.ts";
import type { Connection } from "@libp2p/interface";
import type { Clock } from "../../base/clock.ts";
import { peerOf } from "../node/connections.ts";
import type { Heard, HeardOf } from "../node/psk.ts";

/**
 * Silence after which the other side is asked for a sign of life. Far below the two minutes after which
 * the strictest routers in use forget a connection.
 */
export const ASK_MS = 50_000;
/** Silence after which a connection is given up: the question was not answered for 20 s. */
export const SILENCE_MS = 70_000;
/** After a short word that nothing was heard after, the other side is asked whether it is there. */
export const ASK_SOON_MS = 5_000;
/** Without any answer, the connection is given up: no usable way takes so long for a few packets. */
export const UNANSWERED_MS = 15_000;
/** What is said beyond a short word is given more time, as slow ways need: bytes in a millisecond. */
const SHORT_BYTES = 16 * 1024;
const SLOWEST = 2;
/**
 * Between two pings of yamux itself, as long as a timer can be: only the one at the start is wanted, for
 * without a round trip time the windows of the streams do not grow.
 */
export const MUXER_PING_MS = 2 ** 31 - 1;
const CHECK_MS = 5_000;
/** After the machine slept, time for a connection to prove that it is still there. */
const GRACE_MS = SILENCE_MS - ASK_MS;

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
  const scale = silenceMs / SILENCE_MS;
  const askMs = ASK_MS * scale;
  let lastNow = clock.now();
  while (!signal.aborted) {
    await pauseUntilBeat(clock, checkMs, signal);
    if (signal.aborted) return;
    const now = clock.now();
    const slept = Math.abs(now - lastNow - checkMs) > GRACE_MS;
    lastNow = now;
    doubtAll(deps, now, ASK_SOON_MS * scale);
    for (const connection of deps.connections()) {
      const heard = lastHeard(deps.heardOf, connection);
      if (!heard) continue;
      if (slept) Object.assign(heard, { atMs: now - askMs, said: undefined });
      const silent = now - heard.atMs;
      const unanswered = unansweredMs(heard, now);
      if (silent > silenceMs || unanswered > UNANSWERED_MS * scale) {
        connection.abort(new Error("The peer went silent"));
      } else if (silent >= askMs || unanswered >= ASK_SOON_MS * scale) askForLife(connection);
    }
  }
}

/**
 * Where one connection to a peer does not answer, its others are asked too, and have as long: what
 * swallowed one may have swallowed all, and they must not be found out one after the other.
 */
function doubtAll({ connections, heardOf }: SilenceDeps, now: number, soonMs: number): void {
  const all = connections().map((one) => ({ peer: peerOf(one), heard: lastHeard(heardOf, one) }));
  const doubted = new Map(
    all.flatMap(({ peer, heard }) =>
      heard !== undefined && unansweredMs(heard, now) >= soonMs ? [[peer, now - soonMs]] : []
    ),
  );
  for (const { peer, heard } of all) {
    const sinceMs = doubted.get(peer);
    if (heard !== undefined && sinceMs !== undefined) heard.said ??= { sinceMs, bytes: 0 };
  }
}

/**
 * How long what was said has gone unanswered; 0 where nothing was, or not long enough for so much. Where
 * only large packets vanish, it is the large word that stays without an answer.
 */
function unansweredMs({ said }: Heard, now: number): number {
  if (said === undefined) return 0;
  const onTheWayMs = Math.max(0, said.bytes - SHORT_BYTES) / SLOWEST;
  return Math.max(0, now - said.sinceMs - onTheWayMs);
}

/**
 * When the connection last brought a byte. The record is kept for the connection below noise and the
 * pre-shared key, which libp2p's type does not show.
 */
export function lastHeard(heardOf: HeardOf, connection: Connection): Heard | undefined {
  const { maConn } = connection as unknown as { readonly maConn?: object };
  return maConn && heardOf.get(maConn);
}

/**
 * Sends a ping of yamux, which libp2p's type does not show; while one is under way there is no second.
 * The answer is seen by its bytes.
 */
function askForLife(connection: Connection): void {
  const { muxer } = connection as unknown as { readonly muxer?: { ping(): Promise<number> } };
  // A connection that is dead is told by its silence.
  muxer?.ping().catch(() => {});
}
