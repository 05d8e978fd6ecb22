/** A peer as the daemon tells of it. */
import type { PeerView } from "../../src/app/daemon/status/daemon_status.ts";

/** One that was synced with once, has nothing to give or to get, and is not connected. */
export function peerView(changes: Partial<PeerView> = {}): PeerView {
  return {
    peer_id: "12D3KooW",
    device_id: null,
    hostname: null,
    given_name: null,
    user_id: null,
    route: null,
    last_sync_unix: 1,
    last_seen_unix: 1,
    last_error: null,
    failures: 0,
    retry_in_sec: 0,
    pull_cursor: 0,
    push_cursor: 0,
    pending_push: 0,
    protocol: null,
    equal: false,
    behind: null,
    arrived: 0,
    ahead: 0,
    given: 0,
    held: [],
    ...changes,
  };
}
