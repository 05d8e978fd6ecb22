/** Whether the configured trackers are there, for `sync-status` and `doctor`. */
import { causeChain, RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import type { Settings } from "../../config/settings.ts";
import { createTrackerClient } from "../../tracker/client/client.ts";

/** What a ping told of one tracker. */
export interface TrackerState {
  /** As configured, but without user and password. */
  readonly baseUrl: string;
  readonly reachable: boolean;
  readonly latencyMs: number | undefined;
  /** The tracker's clock minus ours. */
  readonly clockSkewSec: number | undefined;
  readonly error: string | undefined;
  /** What to do about the error, where that is known. */
  readonly hint: string | undefined;
}

/** Asks all trackers at once; never rejects. */
export function pingTrackers(
  world: Pick<World, "clock" | "random">,
  settings: Pick<Settings, "trackers" | "trackerToken">,
): Promise<TrackerState[]> {
  return Promise.all(
    settings.trackers.map((baseUrl) => pingOne(world, baseUrl, settings.trackerToken)),
  );
}

async function pingOne(
  world: Pick<World, "clock" | "random">,
  url: string,
  token: string | undefined,
): Promise<TrackerState> {
  const baseUrl = url.replace(/\/\/[^/@]*@/, "//");
  try {
    const client = createTrackerClient({ baseUrl: url, token }, world);
    const { latencyMs, clockSkewSec } = await client.ping();
    return { baseUrl, reachable: true, latencyMs, clockSkewSec, error: undefined, hint: undefined };
  } catch (error) {
    return {
      baseUrl,
      reachable: false,
      latencyMs: undefined,
      clockSkewSec: undefined,
      error: causeChain(error),
      hint: error instanceof RrError ? error.hint : undefined,
    };
  }
}
