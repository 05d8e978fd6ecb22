/**
 * What goes through a daemon's control socket: lines of JSON, one request per connection.
 *
 *     -> {"rr":1,"verb":"status","params":{...}}
 *     <- {"rr":1,"event":...}          any number of them
 *     <- {"rr":1,"result":...}         and then either this
 *     <- {"rr":1,"error":{"code":"busy","message":"...","hint":"..."}}    or that
 *
 * A client that closes its side is taken to have left: what it asked for is called off if it can be.
 */
import * as v from "valibot";
import { RrError, type RrErrorCode } from "../base/rr_error.ts";

/** Version of the lines. Programs of one version talk; a daemon of another one has to be restarted. */
const CONTROL_VERSION = 1;
/** Largest request; the parameters are a handful of words. */
export const MAX_REQUEST_BYTES = 64 * 1_024;
/** Largest line of an answer; the status of 1,000 peers has about half a megabyte. */
export const MAX_REPLY_BYTES = 8 * 1_024 * 1_024;

/** What a daemon can be asked. */
const CONTROL_VERBS = [
  "status", // how it is
  "watch", // the same again and again, as events
  "sync", // a round now; the result is its report
  "ingest", // look into the spool now
  "reload", // read the config again
  "stop",
] as const;
/** One of {@linkcode CONTROL_VERBS}. */
export type ControlVerb = typeof CONTROL_VERBS[number];

/** One question. */
export interface ControlRequest {
  readonly verb: ControlVerb;
  /** JSON; what it means is up to the verb. */
  readonly params?: unknown;
}

/** One line of an answer. */
export type ControlReply =
  | { readonly kind: "event"; readonly value: unknown }
  | { readonly kind: "result"; readonly value: unknown }
  | { readonly kind: "error"; readonly error: RrError };

const Request = v.object({ rr: v.number(), verb: v.string(), params: v.optional(v.unknown()) });
const Failure = v.object({
  code: v.string(),
  message: v.string(),
  hint: v.optional(v.string()),
});
const Reply = v.object({
  rr: v.number(),
  event: v.optional(v.unknown()),
  result: v.optional(v.unknown()),
  error: v.optional(Failure),
});

/** A request as a line. */
export function formatRequest({ verb, params }: ControlRequest): string {
  return `${JSON.stringify({ rr: CONTROL_VERSION, verb, params })}\n`;
}

/** @throws {RrError} `invalid` if it is none, or of another version, or asks for what we do not know */
export function parseRequest(line: string): ControlRequest {
  const request = v.safeParse(Request, parseJson(line));
  if (!request.success) throw new RrError("invalid", "Cannot read the request: it is none");
  const { rr, verb, params } = request.output;
  if (rr !== CONTROL_VERSION) throw versionMismatch(rr);
  const known = CONTROL_VERBS.find((one) => one === verb);
  if (!known) throw new RrError("invalid", `Cannot do ${JSON.stringify(verb.slice(0, 40))}`);
  return { verb: known, params };
}

/** A reply as a line. */
export function formatReply(reply: ControlReply): string {
  const body = reply.kind === "error"
    ? { error: { code: reply.error.code, message: reply.error.message, hint: reply.error.hint } }
    : { [reply.kind]: reply.value ?? null };
  return `${JSON.stringify({ rr: CONTROL_VERSION, ...body })}\n`;
}

/** @throws {RrError} `invalid` if it is none or of another version */
export function parseReply(line: string): ControlReply {
  const reply = v.safeParse(Reply, parseJson(line));
  if (!reply.success) throw new RrError("invalid", "Cannot read the daemon's answer");
  const { rr, event, result, error } = reply.output;
  if (rr !== CONTROL_VERSION) throw versionMismatch(rr);
  if (error) return { kind: "error", error: toRrError(error) };
  if (event !== undefined) return { kind: "event", value: event };
  if (result !== undefined) return { kind: "result", value: result };
  throw new RrError("invalid", "Cannot read the daemon's answer: it says nothing");
}

const CODES: Record<RrErrorCode, true> = {
  usage: true,
  config: true,
  key: true,
  database: true,
  busy: true,
  network: true,
  "not-found": true,
  io: true,
  invalid: true,
};

function toRrError({ code, message, hint }: v.InferOutput<typeof Failure>): RrError {
  const known = Object.hasOwn(CODES, code) ? code as RrErrorCode : "io";
  return new RrError(known, message, hint === undefined ? {} : { hint });
}

function versionMismatch(theirs: number): RrError {
  return new RrError(
    "invalid",
    `Cannot talk: one side speaks version ${CONTROL_VERSION}, the other ${theirs}`,
    {
      hint:
        "The running daemon is of another version of rr: start it anew: `rr service restart`, or what starts it here",
    },
  );
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
