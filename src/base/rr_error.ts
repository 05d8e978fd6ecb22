/**
 * What went wrong, as far as a caller or a script can act on it.
 *
 * - `usage`: the command line is not valid; exit code 2
 * - `config`: the config file or an environment variable cannot be used
 * - `key`: a swarm or identity key cannot be read, is corrupt, or cannot be written
 * - `database`: the history database is no database of ours, is damaged or may not be written
 * - `busy`: another process holds what is needed; trying again later may work
 * - `network`: a peer, relay or tracker cannot be reached or answers nonsense
 * - `not-found`: something that was asked for by name does not exist
 * - `io`: a file or socket of ours cannot be used, or the disk is full or fails, also under the history
 * - `invalid`: data from outside (a peer, a file) breaks its format
 */
export type RrErrorCode =
  | "usage"
  | "config"
  | "key"
  | "database"
  | "busy"
  | "network"
  | "not-found"
  | "io"
  | "invalid";

/** What may come with an {@linkcode RrError} besides its sentence. */
export interface RrErrorOptions {
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** What a person can do next, as one sentence without a full stop. */
  readonly hint?: string;
}

/**
 * An error that a person or a script is meant to act on.
 *
 * The message says what was tried and with which value; `hint` says what to do next.
 * It never holds command text or a secret.
 */
export class RrError extends Error {
  /** See {@linkcode RrErrorCode}. */
  readonly code: RrErrorCode;
  /** What a person can do next, if we know. */
  readonly hint: string | undefined;

  /** Creates an error with a code, a sentence, and optionally its cause and a hint. */
  constructor(code: RrErrorCode, message: string, options: RrErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "RrError";
    this.code = code;
    this.hint = options.hint;
  }
}

/**
 * Any thrown or rejected value as an `Error`.
 *
 * libp2p rejects with Event objects that carry the real error in `error`; a plain string or
 * object may come from anywhere.
 */
export function toError(value: unknown): Error {
  if (value instanceof Error) return value;
  if (typeof value === "object" && value !== null) {
    const inner = (value as { error?: unknown }).error;
    if (inner instanceof Error) return inner;
    const type = (value as { type?: unknown }).type;
    if (typeof type === "string") {
      return new Error(`${value.constructor?.name ?? "Event"} (${type})`);
    }
  }
  return new Error(typeof value === "string" ? value : `Unknown error of type ${typeof value}`);
}

// An error that causes itself (a cycle) must not hang the report of it.
const DEEPEST_CAUSE = 8;

/** The messages of an error and its causes, outermost first, as `a: b: c`. */
export function causeChain(value: unknown): string {
  const parts: string[] = [];
  let error: unknown = value;
  for (let depth = 0; error !== undefined && error !== null && depth < DEEPEST_CAUSE; depth++) {
    const { message, name, cause } = toError(error) as Error;
    const text = message === "" ? name : message;
    if (!parts.at(-1)?.endsWith(text)) parts.push(text);
    error = cause;
  }
  return parts.join(": ");
}
