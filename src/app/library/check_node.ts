/** What a node is started with, checked before any work is done. */
import { RrError } from "../../base/rr_error.ts";
import { parsePeerAddr } from "../../net/addrs/addrs.ts";
import { resolveOptions } from "../../sync/options.ts";
import { checkLabel, checkOwner, isObject, shown } from "./checks.ts";
import type { DeviceKeys, SyncNodeOptions } from "./types.ts";

const SWARM_KEY_BYTES = 32;
const IDENTITY_BYTES = 68;

/**
 * Refuses what a node could not be started with, or would pass over without a word.
 *
 * @throws {TypeError} naming an option of another type
 * @throws {RangeError} naming an option that is out of bounds
 * @throws {RrError} `config` for the address of a peer that cannot be used
 */
export function checkNodeOptions(options: SyncNodeOptions): void {
  const what = "start a node";
  checkOwner(what, options);
  if (options.hostname !== undefined) checkLabel(what, "hostname", options.hostname);
  checkKeys(what, options.keys);
  for (const name of ["listen", "relays", "trackers", "peers"] as const) {
    checkTexts(what, name, options[name]);
  }
  if (options.onEvent !== undefined && typeof options.onEvent !== "function") {
    throw new TypeError(`Cannot ${what} as 'onEvent' must be a function`);
  }
  resolveOptions(options.sync);
  options.peers?.forEach(checkPeer);
}

// Neither message repeats a byte of a key.
function checkKeys(what: string, keys: DeviceKeys): void {
  const { swarmKey, identity } = isObject(keys) ? keys : {};
  const isWhole = swarmKey instanceof Uint8Array && identity?.protobuf instanceof Uint8Array &&
    typeof identity.peer === "string";
  if (!isWhole) throw new TypeError(`Cannot ${what} as 'keys' must come from loadKeys()`);
  if (swarmKey.length === SWARM_KEY_BYTES && identity.protobuf.length === IDENTITY_BYTES) return;
  throw new RangeError(
    `Cannot ${what} as 'keys' must hold a swarm key of ${SWARM_KEY_BYTES} bytes and an identity of ` +
      `${IDENTITY_BYTES}: it has ${swarmKey.length} and ${identity.protobuf.length}`,
  );
}

// A text alone is a list of letters to whoever goes through it. No value: a URL may hold a password.
function checkTexts(what: string, name: string, value: unknown): void {
  if (value === undefined) return;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return;
  throw new TypeError(
    `Cannot ${what} as '${name}' must be an array of texts: current value is of type ${typeof value}`,
  );
}

function checkPeer(addr: string): void {
  if (parsePeerAddr(addr) !== undefined) return;
  throw new RrError("config", `Cannot use the address ${shown(addr)} of a peer`, {
    hint: "It must end in /p2p/<PeerId>, as SyncNode.listening() of that device gives it",
  });
}
