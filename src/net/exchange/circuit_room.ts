/**
 * What a limited connection can carry. A relay of the original ends a circuit after 128 KiB, both
 * directions together, and lets a device open only so many: what breaks one is lost with it.
 */
import type { Connection } from "@libp2p/interface";

/** What a new circuit of the original carries besides the handshakes, identify and the odd ping. */
export const FRESH_CIRCUIT_BYTES = 112 * 1024;
/** Aimed at in one message: some of them fit, and when a circuit ends in the middle little is lost. */
export const LIMITED_MESSAGE_BYTES = 48 * 1024;
/** Kept back for what else the connection carries, the other half of an exchange among it. */
const RESERVE_BYTES = 4 * 1024;
/** Frames of the layers below: 18 bytes for at most 1,400 or so, and 12 for each window. */
const SHARE = 0.96;

/** Bytes of messages that the connection will still carry; `undefined` without a limit. */
export function roomOn(connection: Connection): number | undefined {
  const left = connection.limits?.bytes;
  if (left === undefined) return undefined;
  return Math.max(0, Math.floor(Number(left) * SHARE) - RESERVE_BYTES);
}
