/** What an installation of the hub is to be, of what is given now and was given before. */
import { RrError } from "../../../base/rr_error.ts";
import type { HubSettings } from "../../../app/hub/folder.ts";

/** The tracker's port if none is said, as that of the original. */
const TRACKER_PORT = 8850;

/** What `rr hub install` may be given. */
export interface GivenHub {
  readonly host: string | undefined;
  readonly url: string | undefined;
  readonly trackerPort: number | undefined;
  readonly relayPort: number | undefined;
  readonly peer: boolean;
  readonly noPeer: boolean;
}

/**
 * The settings of a hub that is installed, for the first time or again: what is not given stays.
 *
 * @throws {RrError} `usage` where nobody ever said its host
 */
export function installSettings(given: GivenHub, before: HubSettings | undefined): HubSettings {
  const host = given.host ?? before?.host;
  if (host === undefined) {
    throw new RrError("usage", "--host is missing: the name by which devices reach this machine", {
      hint: "For example: `rr hub install --host hub.example.org`",
    });
  }
  const trackerPort = given.trackerPort ?? before?.trackerPort ?? TRACKER_PORT;
  const ownRelayPort = before !== undefined && before.relayPort !== before.trackerPort
    ? before.relayPort
    : undefined;
  const url = given.url ?? before?.url;
  return {
    host,
    trackerPort,
    relayPort: given.relayPort ?? ownRelayPort ?? trackerPort,
    peer: given.noPeer ? false : given.peer || (before?.peer ?? false),
    ...(url === undefined ? {} : { url }),
  };
}
