import { toBase64Url } from "../../base/bytes.ts";
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { MAILBOX_KEY_HEADER } from "../server/mailbox_endpoints.ts";
import { MAX_SLOT_BYTES, type Slot } from "../server/mailboxes.ts";
import { authHeaders, parseTrackerUrl } from "./tracker_url.ts";
import { TrackerHttp } from "./tracker_http.ts";
import { sendDirectly, type SendRequest } from "../request.ts";

/** Time for one request. */
const CALL_MS = 5_000;
/** Pause between two looks into a slot. */
const LOOK_MS = 500;
/** Looks that may fail one after the other: a tracker that drops a few is still good. */
const MOST_FAILURES = 20;
const KEY_BYTES = 16;

/** What became of a message, as the tracker answers; `missing`: it has no such mailbox, or none at all. */
export type Delivered = "stored" | "taken" | "missing";

/** A mailbox at one tracker, as one of its two sides. */
export class MailboxClient {
  /** The tracker, without secrets. */
  readonly name: string;
  readonly #http: TrackerHttp;
  readonly #clock: Clock;
  readonly #path: string;
  readonly #headers: Record<string, string>;

  /** @throws {RangeError} if the URL or the token cannot be used */
  constructor(
    tracker: { readonly baseUrl: string; readonly token?: string | undefined },
    number: number,
    deps: { readonly clock: Clock; readonly random: Random; readonly fetch?: SendRequest },
  ) {
    const url = parseTrackerUrl(tracker.baseUrl);
    this.name = url.name;
    this.#clock = deps.clock;
    this.#http = new TrackerHttp(url, authHeaders(url, tracker.token), {
      clock: deps.clock,
      random: deps.random,
      fetch: deps.fetch ?? sendDirectly,
    });
    this.#path = `/api/v1/mailboxes/${number}`;
    this.#headers = {
      [MAILBOX_KEY_HEADER]: toBase64Url(deps.random.bytes(KEY_BYTES)),
      accept: "application/json",
    };
  }

  /** Puts a message into a slot, trying again where that may help. */
  async post(slot: Slot, message: Uint8Array, signal?: AbortSignal): Promise<Delivered> {
    return await this.#persist(async () => {
      const { status } = await this.#http.once(
        {
          what: "leave a message",
          method: "PUT",
          path: `${this.#path}/${slot}`,
          body: message,
          headers: this.#headers,
          maxBytes: MAX_SLOT_BYTES,
          accepted: [404, 409],
        },
        CALL_MS,
        signal,
      );
      return status === 404 ? "missing" : status === 409 ? "taken" : "stored";
    }, signal);
  }

  /** Looks into a slot, trying again where that may help; `undefined` if it is empty. */
  look(slot: Slot, signal?: AbortSignal): Promise<Uint8Array | "missing" | undefined> {
    return this.#persist(() => this.#lookOnce(slot, signal), signal);
  }

  async #lookOnce(slot: Slot, signal?: AbortSignal): Promise<Uint8Array | "missing" | undefined> {
    const answer = await this.#http.once(
      {
        what: "look for a message",
        method: "GET",
        path: `${this.#path}/${slot}`,
        headers: this.#headers,
        maxBytes: MAX_SLOT_BYTES,
        accepted: [404],
      },
      CALL_MS,
      signal,
    );
    if (answer.status === 404) return "missing";
    return answer.status === 204 ? undefined : answer.body;
  }

  /** Waits for the message of a slot; `"missing"` once there is no such mailbox. */
  async wait(slot: Slot, signal: AbortSignal): Promise<Uint8Array | "missing"> {
    for (;;) {
      const found = await this.look(slot, signal);
      if (found !== undefined) return found;
      await this.#clock.sleep(LOOK_MS, signal);
    }
  }

  /** Throws the mailbox away, if it is ours. */
  async close(): Promise<void> {
    await this.#http.once({
      what: "close the mailbox",
      method: "DELETE",
      path: this.#path,
      headers: this.#headers,
      maxBytes: MAX_SLOT_BYTES,
      accepted: [404],
    }, CALL_MS);
  }

  async #persist<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let failures = 1;; failures++) {
      try {
        return await ask();
      } catch (error) {
        signal?.throwIfAborted();
        const isPassing = (error as { isPassing?: boolean }).isPassing ?? false;
        if (!isPassing || failures >= MOST_FAILURES) throw error;
        await this.#clock.sleep(LOOK_MS, signal);
      }
    }
  }
}
