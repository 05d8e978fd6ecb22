/** The ways on which the messages of a pairing go, as host and guest see them. */

/** A guest that has answered. */
export interface HostLine {
  /** The way, for people: `the local network`, a tracker. */
  readonly name: string;
  readonly answer: Uint8Array;
  send(message: Uint8Array): Promise<void>;
  /** @throws if it does not come */
  reply(signal: AbortSignal): Promise<Uint8Array>;
}

/** A host that has said hello. */
export interface GuestLine {
  readonly name: string;
  readonly hello: Uint8Array;
  send(slot: "answer" | "reply", message: Uint8Array): Promise<void>;
  /** @throws if it does not come */
  offer(signal: AbortSignal): Promise<Uint8Array>;
}

/** A way on which a host waits for a guest. */
export interface HostWay extends AsyncDisposable {
  readonly name: string;
  /** Resolves with the first answer; never, if none comes. */
  line(signal: AbortSignal): Promise<HostLine>;
}

/** The way is closed, in words for a person. */
export class WayError extends Error {
  override readonly name = "WayError";
}
