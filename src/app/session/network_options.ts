/** Settings to what a session is opened with. */
import type { Settings } from "../../config/settings.ts";
import type { DeviceId } from "../../history/entry.ts";
import type { SessionOptions } from "./session.ts";
import type { KeyPaths } from "./keys.ts";

/** The part of a session's options that comes from the settings. */
export type NetworkSettings = Omit<SessionOptions, "identity" | "swarmKey" | "sync"> & {
  readonly deviceId: DeviceId;
  readonly sync: NonNullable<SessionOptions["sync"]>;
};

/** Where the keys of a device are. */
export function keyPathsOf(settings: Settings): KeyPaths {
  return {
    swarmKeyPath: settings.swarmKeyPath,
    identityKeyPath: settings.p2pIdentityKeyPath,
  };
}

/** How this device takes part, as far as the settings say. */
export function networkOptionsOf(settings: Settings): NetworkSettings {
  return {
    deviceId: settings.deviceId,
    userId: settings.userId,
    hostname: settings.hostname,
    listen: settings.p2pListen,
    relays: settings.relays,
    relayOnly: settings.p2pRelayOnly,
    trackers: settings.trackers,
    trackerToken: settings.trackerToken,
    peers: settings.peers,
    lanDiscovery: settings.lanDiscovery,
    protocols: settings.p2pProtocols,
    sync: {
      request: {
        attempts: settings.p2pRequestAttempts,
        timeoutBaseMs: settings.p2pRequestTimeoutBaseSec * 1000,
        timeoutCapMs: settings.p2pRequestTimeoutCapSec * 1000,
        backoffBaseMs: settings.p2pRequestBackoffBaseMs,
      },
    },
  };
}
