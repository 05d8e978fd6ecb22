import type { Connection, Stream } from "@libp2p/interface";
import type { Clock } from "../../base/clock.ts";
import { raceAbort } from "../../base/async/race_abort.ts";

/**
 * Longest time that a spare is kept. The next request of a pull comes within a second; a peer that
 * hears nothing on a stream ends it, the original after 10 s.
 */
const KEPT_MS = 5_000;

/** Opens a stream; rejects once the signal is aborted. */
export type OpenStream = (connection: Connection, signal: AbortSignal) => Promise<Stream>;

/**
 * A stream that is opened before it is needed. The two sides agree on the protocol of every stream
 * anew, which takes a round trip: half of the waiting in a long pull over a slow line.
 */
export class SpareStream {
  readonly #open: OpenStream;
  readonly #clock: Clock;
  #spare: Spare | undefined;

  /** Opens streams with `open`. */
  constructor(open: OpenStream, clock: Clock) {
    this.#open = open;
    this.#clock = clock;
  }

  /** Begins to open one on `connection`, in place of one that may be there. */
  prepare(connection: Connection): void {
    this.drop();
    const opening = new AbortController();
    const keeping = new AbortController();
    // Whoever wants it then opens one in the usual way, and hears why that fails.
    const stream = this.#open(connection, opening.signal).catch(() => undefined);
    this.#spare = { connection, stream, opening, keeping };
    this.#clock.sleep(KEPT_MS, keeping.signal).then(() => this.drop(), () => {});
  }

  /**
   * Hands out the one on `connection` once it is open; `undefined` if there is none or it has ended.
   *
   * @throws `signal.reason`
   */
  async take(connection: Connection, signal: AbortSignal): Promise<Stream | undefined> {
    const spare = this.#spare;
    if (spare?.connection !== connection) {
      this.drop();
      return undefined;
    }
    this.#spare = undefined;
    spare.keeping.abort();
    try {
      const stream = await raceAbort(spare.stream, signal);
      return stream?.status === "open" && !stream.readableEnded ? stream : undefined;
    } catch (error) {
      discard(spare);
      throw error;
    }
  }

  /** Ends the one that is there. */
  drop(): void {
    if (this.#spare !== undefined) discard(this.#spare);
    this.#spare = undefined;
  }
}

interface Spare {
  readonly connection: Connection;
  /** `undefined` if it could not be opened: who needs it then opens one and is told why not. */
  readonly stream: Promise<Stream | undefined>;
  readonly opening: AbortController;
  readonly keeping: AbortController;
}

function discard({ stream, opening, keeping }: Spare): void {
  const error = new Error("The stream was opened in advance and is not needed");
  keeping.abort(error);
  opening.abort(error);
  stream.then((opened) => opened?.abort(error));
}
