/** `rr hub status` in words. */
import { counted } from "../../../base/grouped.ts";
import type { HubStatus } from "../../../app/hub/hub_status.ts";
import { localTime } from "../../../base/local_time.ts";

/** A folder that a person has named has to be named again. */
export function stateOption(state: string | undefined): string {
  return state === undefined ? "" : ` --state ${state}`;
}

/** One line a fact, the most important first; `state` is the folder, if a person has named it. */
export function hubStatusLines(status: HubStatus, state?: string): string[] {
  const { paired, tracker, relay, connected, failures } = status;
  const at = (unix: number): string => localTime(unix * 1_000);
  return [
    paired
      ? "the hub is at work"
      : `the hub has no swarm key yet: run \`rr hub pair${stateOption(state)}\``,
    `tracker  ${tracker.url}, ${counted(tracker.devices, "device")} registered`,
    relay === null
      ? "relay    not running"
      : `relay    ${relay.addr}, ${counted(relay.reservations, "device")}, ${
        counted(relay.circuits, "connection")
      } relayed`,
    ...connected.map(({ peer_id, since_unix }) => `  connected ${peer_id} since ${at(since_unix)}`),
    ...failures.map(({ at_unix, what }) => `  failed    ${at(at_unix)} ${what}`),
  ];
}
