import type { PeerId } from "../../swarm/peer.ts";

/** An event of a {@linkcode Relay}. */
export type RelayEvent =
  /** A peer that had none has a reservation. */
  | { readonly type: "reservation"; readonly peer: PeerId }
  /** A peer that had one has gone, and its reservation with it. */
  | { readonly type: "reservation-ended"; readonly peer: PeerId }
  /** Two peers are connected through us. */
  | { readonly type: "circuit"; readonly from: PeerId; readonly to: PeerId }
  /** A connection was refused, as there are too many. */
  | { readonly type: "circuit-refused"; readonly from: PeerId; readonly to: PeerId };
