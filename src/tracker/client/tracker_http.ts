import type { Clock } from "../../base/clock.ts";
import { withDeadline } from "../../base/async/deadline.ts";
import type { Random } from "../../base/random.ts";
import { retry } from "../../base/async/retry.ts";
import { quoted } from "../../base/printable.ts";
import { RrError, type RrErrorOptions } from "../../base/rr_error.ts";
import { MAX_ERROR_BYTES, MessageError, parseErrorText, WEB_PAGE } from "../messages.ts";
import { readBody, readBodyStart } from "../server/read_body.ts";
import type { RequestStep, SendRequest } from "../request.ts";
import { cutList } from "./cut_list.ts";
import { explainNoAnswer } from "./no_answer.ts";
import { movedBase, shownUrl, type TrackerUrl } from "./tracker_url.ts";

/** Tries of a request; the same as the original. */
const ATTEMPTS = 3;
/** Pauses between tries, doubling, as the original's. */
const PAUSE = { attempts: ATTEMPTS, baseMs: 100, capMs: 200 };
/** Time of the first try, from connecting to the whole answer; doubles with each further one. */
const FIRST_DEADLINE_MS = 2_000;
/** Longest time of a try: 2 s to connect and 5 s to read are the original's limits. */
const LAST_DEADLINE_MS = 7_000;

/** A page, instead of what a tracker says. */
export const CHECK_URL_OR_LOGIN =
  "Check the URL and the path in it; a network that wants a login answers like this too";
/** As much of the place that a redirect names as is shown. */
const MAX_SHOWN_URL_CHARS = 200;

/** One request to a tracker. */
export interface TrackerCall {
  /** Completes "Cannot ... at tracker". */
  readonly what: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  /** Text is JSON, bytes are bytes. */
  readonly body?: string | Uint8Array;
  readonly headers?: Record<string, string>;
  /** Largest answer that is read. */
  readonly maxBytes: number;
  /** Whether the answer is a list, of which the first items do if there are too many. @default {false} */
  readonly isList?: boolean;
  /** Statuses besides 2xx that are no error. */
  readonly accepted?: readonly number[];
}

/** What a tracker said: whole, or what counts of it. */
export interface TrackerAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** What {@linkcode TrackerHttp} needs. */
export interface TrackerHttpDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: SendRequest;
}

/** A request to a tracker that failed. */
export class TrackerError extends RrError {
  /** Whether the same request may succeed a little later. */
  readonly isPassing: boolean;

  /** Creates the error; `name` is the tracker's without secrets. */
  constructor(
    name: string,
    what: string,
    why: string,
    options: RrErrorOptions & { readonly isPassing?: boolean } = {},
  ) {
    super("network", `Cannot ${what} at tracker ${name}: ${why}`, options);
    this.isPassing = options.isPassing ?? false;
  }
}

/** Sends requests to one tracker: with deadlines, again where that may help, and with errors that say what happened. */
export class TrackerHttp {
  readonly #url: TrackerUrl;
  readonly #auth: Record<string, string>;
  readonly #deps: TrackerHttpDeps;

  /** @param auth headers that go with every request */
  constructor(url: TrackerUrl, auth: Record<string, string>, deps: TrackerHttpDeps) {
    this.#url = url;
    this.#auth = auth;
    this.#deps = deps;
  }

  /**
   * Asks up to {@linkcode ATTEMPTS} times, until there is an answer that is no error, and parses it.
   *
   * @throws {TrackerError} of the last try, or `signal.reason`
   */
  request<T>(
    call: TrackerCall,
    parse: (body: Uint8Array) => T,
    signal?: AbortSignal,
  ): Promise<T> {
    return this.#retrying(
      async (ms) => this.parse(call, await this.once(call, ms, signal), parse),
      signal,
    );
  }

  /**
   * As {@linkcode request}, for whoever looks at the status.
   *
   * @throws {TrackerError} of the last try, or `signal.reason`
   */
  requestAny(call: TrackerCall, signal?: AbortSignal): Promise<TrackerAnswer> {
    return this.#retrying((ms) => this.once(call, ms, signal), signal);
  }

  #retrying<T>(ask: (ms: number) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const tryOnce = (attempt: number): Promise<T> =>
      ask(Math.min(FIRST_DEADLINE_MS * 2 ** attempt, LAST_DEADLINE_MS));
    const isRetryable = (error: unknown): boolean =>
      error instanceof TrackerError && error.isPassing;
    return retry(tryOnce, PAUSE, this.#deps, { signal, isRetryable });
  }

  /**
   * Asks once, within `ms`.
   *
   * @throws {TrackerError} or `signal.reason`
   */
  async once(call: TrackerCall, ms: number, signal?: AbortSignal): Promise<TrackerAnswer> {
    const { name } = this.#url;
    const { clock } = this.#deps;
    let step: RequestStep = "look-up";
    let answer: TrackerAnswer;
    try {
      answer = await withDeadline(
        ms,
        (own) => this.#exchange(call, own, (reached) => step = reached),
        { clock, what: "get an answer", signal },
      );
    } catch (cause) {
      signal?.throwIfAborted();
      const { why, hint } = explainNoAnswer(cause, { step, nowMs: clock.now() });
      throw new TrackerError(name, call.what, why, { isPassing: true, ...hinted(hint) });
    }
    const isGood = answer.status >= 200 && answer.status < 300;
    if (isGood || call.accepted?.includes(answer.status)) return answer;
    throw refusal(this.#url, call, answer);
  }

  async #exchange(
    call: TrackerCall,
    signal: AbortSignal,
    onStep: (step: RequestStep) => void,
  ): Promise<TrackerAnswer> {
    const { body } = call;
    const response = await this.#deps.fetch(this.#url.base + call.path, {
      method: call.method,
      signal,
      onStep,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": contentTypeOf(body) }),
        ...this.#auth,
        ...call.headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : Uint8Array.from(body) }),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: await readAnswer(response, call, signal),
    };
  }

  /** @throws {TrackerError} if the answer is no tracker's */
  parse<T>(call: TrackerCall, answer: TrackerAnswer, parse: (body: Uint8Array) => T): T {
    if (call.accepted?.includes(answer.status)) return parse(new Uint8Array());
    try {
      return parse(answer.body);
    } catch (cause) {
      if (!(cause instanceof MessageError)) throw cause;
      const why = `the answer is no tracker's: ${cause.message}`;
      const hint = CHECK_URL_OR_LOGIN;
      throw new TrackerError(this.#url.name, call.what, why, { cause, hint });
    }
  }
}

/** An error is read as far as it is looked at, a list as far as there is room for it. */
async function readAnswer(
  response: Response,
  { maxBytes, isList = false }: TrackerCall,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (!response.ok) return (await readBodyStart(response, MAX_ERROR_BYTES, signal)).bytes;
  if (!isList) return await readBody(response, maxBytes, signal);
  const { bytes, isWhole } = await readBodyStart(response, maxBytes, signal);
  return isWhole ? bytes : cutList(bytes);
}

function contentTypeOf(body: string | Uint8Array): string {
  return typeof body === "string" ? "application/json" : "application/octet-stream";
}

function refusal(
  { name, base }: TrackerUrl,
  call: TrackerCall,
  answer: TrackerAnswer,
): TrackerError {
  const { status } = answer;
  const location = answer.headers.get("location") ?? "";
  const movedTo = isRedirect(status) ? movedBase(base, call.path, location) : undefined;
  const elsewhere = shownUrl(movedTo ?? location).slice(0, MAX_SHOWN_URL_CHARS);
  const text = parseErrorText(answer.body);
  // A tracker that is full says 503 too, and says why.
  const isProxy = GATEWAY.has(status) && (text === "" || text === WEB_PAGE);
  const said = isProxy ? BEHIND_PROXY : text || (elsewhere === "" ? "" : `see ${elsewhere}`);
  const isPassing = status === 408 || status === 429 || status >= 500;
  const why = `it answered ${status}${said === "" ? "" : ` (${said})`}`;
  return new TrackerError(name, call.what, why, {
    isPassing,
    ...hinted(isProxy ? TRACKER_DOWN : hintFor(status, movedTo && elsewhere)),
  });
}

/** What no tracker says, but nginx, Caddy and the like in front of one that is down. */
const GATEWAY: ReadonlySet<number> = new Set([502, 503, 504]);
const BEHIND_PROXY = "a proxy answers for it and does not get through to it";
const TRACKER_DOWN =
  "Look on the machine of the tracker whether `rr hub` or `rr tracker-serve` runs there";

function hinted(hint: string | undefined): { readonly hint?: string } {
  return hint === undefined ? {} : { hint };
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

function hintFor(status: number, movedTo: string | undefined): string | undefined {
  if (status === 401) return "Set the same tracker token here as on the tracker";
  if (movedTo !== undefined) {
    return `If you know that the tracker has moved, set ${quoted(movedTo)} as its URL`;
  }
  if (isRedirect(status)) {
    return "Either the tracker has moved: set the URL it redirects to; or this network wants a " +
      "login: open any page in a browser";
  }
  if (status === 404) return "Check that the URL is that of a tracker";
  if (status === 511) return "This network wants a login: open any page in a browser";
  return undefined;
}
