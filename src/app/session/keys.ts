/** The two keys that every networked command needs. */
import type { Logger } from "../../base/log.ts";
import type { World } from "../../base/world.ts";
import { RrError } from "../../base/rr_error.ts";
import {
  type LoadedIdentity,
  loadIdentity,
  loadOrCreateIdentity,
} from "../../net/keys/identity.ts";
import { loadOrCreateSwarmKey, loadSwarmKey } from "../../net/keys/swarm_key.ts";

/** Where the keys are. */
export interface KeyPaths {
  readonly swarmKeyPath: string;
  readonly identityKeyPath: string;
}

/** The keys of this device. Secret. */
export interface Keys {
  /** 32 bytes, the same on every device of the swarm. */
  readonly swarmKey: Uint8Array;
  readonly identity: LoadedIdentity;
}

/**
 * Loads both keys, creating what is missing, and tells the log what a person should know of it.
 *
 * @throws {RrError} `key` if a file is corrupt; it is never replaced
 */
export async function loadKeys(
  paths: KeyPaths,
  world: Pick<World, "files" | "clock" | "random">,
  logger: Logger,
): Promise<Keys> {
  const swarmKey = await loadOrCreateSwarmKey(paths.swarmKeyPath, world);
  if (swarmKey.created) {
    logger.warn(
      "There was no swarm key, so a new one was made: until the other devices have a copy of it, or this device has theirs, they cannot connect",
      { path: paths.swarmKeyPath },
    );
  }
  const identity = await loadOrCreateIdentity(paths.identityKeyPath, world);
  warnOfLooseMode(paths.swarmKeyPath, swarmKey.looseMode, logger);
  warnOfLooseMode(paths.identityKeyPath, identity.looseMode, logger);
  return { swarmKey: swarmKey.key, identity };
}

/**
 * Loads both keys, for a device that has been at work with some: a new one would cut it off from the
 * others without a word.
 *
 * @throws {RrError} `key` if a file is missing or corrupt
 */
export async function loadExistingKeys(
  { swarmKeyPath, identityKeyPath }: KeyPaths,
  world: Pick<World, "files" | "clock">,
): Promise<Keys> {
  const swarmKey = await loadSwarmKey(swarmKeyPath, world) ??
    missing("swarm key", swarmKeyPath, "take it from another device with `rr pair`");
  const identity = await loadIdentity(identityKeyPath, world) ??
    missing("key", identityKeyPath, "restart the daemon to have a new one made");
  return { swarmKey: swarmKey.key, identity };
}

function missing(what: string, path: string, orElse: string): never {
  throw new RrError("key", `Cannot find the ${what} of this device at "${path}"`, {
    hint: `Put it back, or ${orElse}`,
  });
}

function warnOfLooseMode(path: string, mode: number | undefined, logger: Logger): void {
  if (mode === undefined) return;
  logger.warn("Others can read a key: do `chmod 600` on it", {
    path,
    mode: mode.toString(8).padStart(3, "0"),
  });
}
