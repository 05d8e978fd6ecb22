/** Requests to a tracker in this process, as a foreign client would send them. */
import {
  createTracker,
  type Tracker,
  type TrackerOptions,
} from "../../src/tracker/server/handler.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { PEER_IDS } from "../contracts/directory.ts";

export { PEER_IDS };

export interface OpenTracker {
  readonly tracker: Tracker;
  readonly clock: FakeClock;
  send(method: string, path: string, init?: RequestInit): Promise<Response>;
  register(record: unknown, headers?: HeadersInit): Promise<Response>;
  list(query?: string): Promise<ListedPeer[]>;
}

export interface ListedPeer {
  readonly peer_id: string;
  readonly addrs: string[];
  readonly meta: Record<string, string | null> | null;
  readonly last_seen_unix: number;
}

export function openTracker(options: TrackerOptions = {}): OpenTracker {
  const clock = new FakeClock();
  const tracker = createTracker(options, { clock });
  const send = async (method: string, path: string, init?: RequestInit): Promise<Response> =>
    await tracker.fetch(new Request(`http://tracker.test${path}`, { ...init, method }));
  return {
    tracker,
    clock,
    send,
    register: (record, headers) =>
      send("POST", "/api/v1/peers/register", {
        body: typeof record === "string" ? record : JSON.stringify(record),
        ...(headers ? { headers } : {}),
      }),
    list: async (query = "") => {
      const response = await send("GET", `/api/v1/peers${query}`);
      return (await response.json() as { peers: ListedPeer[] }).peers;
    },
  };
}

/** A valid record of the peer with this number, 0 to 2. */
export function record(number = 0, userId = "kim"): Record<string, unknown> {
  const peer_id = PEER_IDS[number]!;
  return {
    peer_id,
    addrs: [`/ip4/192.0.2.7/tcp/8845/p2p/${peer_id}`],
    meta: { device_id: `dev${number}`, hostname: "host", user_id: userId, version: "0.1.0" },
  };
}
