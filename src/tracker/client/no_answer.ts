/** Why a tracker gave no answer, in words, and what can be done. Pure. */
import { DeadlineError } from "../../base/async/deadline.ts";
import { toError } from "../../base/rr_error.ts";
import { utcDay } from "../../base/utc_day.ts";
import { CertificateError } from "../certificate.ts";
import type { RequestStep } from "../request.ts";

/** What there is to say about it. */
export interface NoAnswer {
  readonly why: string;
  /** What to do; `undefined` where nothing is known. */
  readonly hint: string | undefined;
}

/** What is known besides the error. */
export interface NoAnswerContext {
  /** How far the request came. */
  readonly step: RequestStep;
  /** Now, by this machine's clock. */
  readonly nowMs: number;
}

const CHECK_NETWORK = "Check the name in the URL, and whether this machine is on a network";
const CHECK_SERVER =
  "Check the address and the port, and whether `rr hub` or `rr tracker-serve` runs there";
const CHECK_CLOCK = "Check the clock of this machine; else the tracker needs a new certificate";

const BY_CODE: Readonly<Record<string, readonly [words: string, hint: string]>> = {
  ENOTFOUND: ["there is no such name", CHECK_NETWORK],
  EAI_NODATA: ["there is no such name", CHECK_NETWORK],
  EAI_AGAIN: ["its name cannot be looked up now", CHECK_NETWORK],
  ENETUNREACH: ["no way leads there from this network", CHECK_NETWORK],
  ENETDOWN: ["no way leads there from this network", CHECK_NETWORK],
  EHOSTUNREACH: ["no way leads there from this network", CHECK_NETWORK],
  EADDRNOTAVAIL: ["no way leads there from this network", CHECK_NETWORK],
  ECONNREFUSED: ["connection refused", CHECK_SERVER],
  ECONNRESET: ["the connection was cut", CHECK_SERVER],
  EPROTO: ["what answers there speaks no TLS", "The URL may have to begin with http://"],
  ERR_SSL_WRONG_VERSION_NUMBER: [
    "what answers there speaks no TLS",
    "The URL may have to begin with http://",
  ],
  CERT_HAS_EXPIRED: ["its certificate has expired", CHECK_CLOCK],
  CERT_NOT_YET_VALID: ["its certificate is not good yet", CHECK_CLOCK],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    "its certificate is for another name",
    "Use the name that the certificate is for",
  ],
};

const UNKNOWN_AUTHORITY = [
  "its certificate is signed by nobody known here",
  "Name the file of the authority in NODE_EXTRA_CA_CERTS, also for the service; see docs/network.md",
] as const;

const SELF_SIGNED = [
  "its certificate is signed by itself",
  "Have it signed by an authority of your own, and name that one's file in NODE_EXTRA_CA_CERTS; " +
  "see docs/network.md",
] as const;

/** What was being waited for when the time was up. */
const UNTIL: Readonly<Record<RequestStep, readonly [words: string, hint: string]>> = {
  "look-up": ["its name could not be looked up", CHECK_NETWORK],
  connect: [
    "no connection came about",
    "Check the address, the port and the firewalls between, and whether `rr hub` or `rr tracker-serve` runs there",
  ],
  answer: ["connected, but no answer", "Something else may listen there, or the line is cut"],
};

/**
 * Says why there was no answer. The system's code stays in it, for whoever looks that up; the cause
 * itself would say everything again, twice.
 */
export function explainNoAnswer(cause: unknown, { step, nowMs }: NoAnswerContext): NoAnswer {
  if (cause instanceof DeadlineError) {
    const [words, hint] = UNTIL[step];
    return { why: `no answer within ${cause.ms} ms: ${words}`, hint };
  }
  const code = codeIn(cause);
  if (code === undefined) return { why: innermostMessage(cause), hint: undefined };
  const known = cause instanceof CertificateError ? certificateWords(cause, nowMs) : BY_CODE[code];
  if (known === undefined) return { why: code, hint: undefined };
  return { why: `${known[0]} (${code})`, hint: known[1] };
}

function certificateWords(
  { code, dates }: CertificateError,
  nowMs: number,
): readonly [string, string] {
  if (dates.untilMs !== undefined && dates.untilMs < nowMs) {
    return [`its certificate has expired on ${utcDay(dates.untilMs)}`, CHECK_CLOCK];
  }
  if (dates.fromMs !== undefined && dates.fromMs > nowMs) {
    return [`its certificate is not good before ${utcDay(dates.fromMs)}`, CHECK_CLOCK];
  }
  return BY_CODE[code] ?? (code.includes("SELF_SIGNED") ? SELF_SIGNED : UNKNOWN_AUTHORITY);
}

/** Causes of causes that are looked at. */
const MOST_CAUSES = 4;

function* causesOf(error: unknown): Generator<unknown> {
  for (let depth = 0, one = error; depth < MOST_CAUSES && one instanceof Error; depth++) {
    yield one;
    one = one.cause;
  }
}

function codeIn(error: unknown): string | undefined {
  for (const one of causesOf(error)) {
    const { code } = one as { code?: unknown };
    if (typeof code === "string") return code;
  }
  return undefined;
}

function innermostMessage(error: unknown): string {
  const { message } = toError([...causesOf(error)].at(-1) ?? error);
  return message.replace(/^error sending request.*?\): (client error \(\w+\): )?/, "");
}
