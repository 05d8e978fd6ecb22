/** The four messages of version 1: to bytes and back. The rules are in PROTOCOL.md. */
import type { Entry } from "../history/entry.ts";
import { decodeBody, encodeBody } from "./body.ts";
import { decodeEntries, encodeEntry, type WireEntry } from "./entry_codec.ts";
import {
  type MessageLimit,
  PULL_REPLY_LIMIT,
  PULL_REQUEST_LIMIT,
  PUSH_REPLY_LIMIT,
  PUSH_REQUEST_LIMIT,
} from "./limits.ts";
import type {
  PullAnswer,
  PullReply,
  PullRequest,
  PushReply,
  PushRequest,
} from "../swarm/messages.ts";
import { WireError } from "./wire_error.ts";

/** The largest signed and unsigned integers of the original; a JSON number near them is inexact. */
const INT64 = 2 ** 63;
const UINT64 = 2 ** 64;

/**
 * Writes a pull request.
 *
 * @throws {RangeError} if a number is not a safe integer, or `limit` is negative
 */
export function encodePullRequest(request: PullRequest, compressed: boolean): Uint8Array {
  const { cursor, limit } = request;
  if (!Number.isSafeInteger(cursor) || !Number.isSafeInteger(limit) || limit < 0) {
    throw new RangeError(
      `Cannot ask for entries as 'cursor' and 'limit' must be integers, 'limit' not negative: ` +
        `current values are ${cursor} and ${limit}`,
    );
  }
  return encodeBody(
    { cursor: cursor + 0, limit: limit + 0 },
    compressed,
    PULL_REQUEST_LIMIT,
    "request",
  );
}

/**
 * Reads a pull request. Numbers beyond 2^53 - 1, which the original may send, become that number.
 *
 * @throws {WireError} `too-large` or `invalid`
 */
export function decodePullRequest(bytes: Uint8Array, compressed: boolean): PullRequest {
  const body = decodeBody(bytes, compressed, PULL_REQUEST_LIMIT, { strictNumbers: true });
  return {
    cursor: clamped("cursor", body.cursor, -INT64, INT64),
    limit: clamped("limit", body.limit, 0, UINT64),
  };
}

/**
 * Writes the answer to a pull. An entry that the wire cannot hold is left out; `answerPull()` takes
 * care of answers that are too large, or empty for that reason.
 *
 * @throws {WireError} `too-large`
 */
export function encodePullReply(answer: PullAnswer, compressed: boolean): Uint8Array {
  const entries: WireEntry[] = [];
  for (const entry of answer.entries) {
    const encoded = encodeEntry(entry);
    if (encoded !== undefined) entries.push(encoded);
  }
  const body = { entries, next_cursor: answer.nextCursor };
  return encodeBody(body, compressed, PULL_REPLY_LIMIT, "response");
}

/**
 * Reads the answer to a pull, leaving out and naming the entries that break a rule.
 *
 * @throws {WireError} `too-large`; `invalid`, if it is no answer at all
 */
export function decodePullReply(
  bytes: Uint8Array,
  compressed: boolean,
  limit: MessageLimit = PULL_REPLY_LIMIT,
): PullReply {
  const body = decodeBody(bytes, compressed, limit, { strictNumbers: false });
  const nextCursor = optional("next_cursor", body.next_cursor, Number.MIN_SAFE_INTEGER);
  return { ...decodeEntries(arrayOf(body.entries)), nextCursor };
}

/**
 * Writes a push.
 *
 * @throws {WireError} `too-large`; `invalid`, naming an entry that the wire cannot hold
 */
export function encodePushRequest(entries: readonly Entry[], compressed: boolean): Uint8Array {
  const encoded = entries.map((entry) => {
    const wire = encodeEntry(entry);
    if (wire === undefined) {
      throw new WireError(
        "invalid",
        `Cannot send entry "${entry.id}": a number of it is out of bounds`,
      );
    }
    return wire;
  });
  return encodeBody({ entries: encoded }, compressed, PUSH_REQUEST_LIMIT, "request");
}

/**
 * Reads a push, leaving out and naming the entries that break a rule.
 *
 * @throws {WireError} `too-large`; `invalid`, if it is no push at all
 */
export function decodePushRequest(bytes: Uint8Array, compressed: boolean): PushRequest {
  const body = decodeBody(bytes, compressed, PUSH_REQUEST_LIMIT, { strictNumbers: false });
  const { entries, rejected } = decodeEntries(arrayOf(body.entries));
  return { entries, rejected };
}

/** Writes the answer to a push. */
export function encodePushReply(reply: PushReply, compressed: boolean): Uint8Array {
  const { ok, inserted, ignored } = reply;
  return encodeBody({ ok, inserted, ignored }, compressed, PUSH_REPLY_LIMIT, "response");
}

/**
 * Reads the answer to a push.
 *
 * @throws {WireError} `too-large` or `invalid`
 */
export function decodePushReply(bytes: Uint8Array, compressed: boolean): PushReply {
  const body = decodeBody(bytes, compressed, PUSH_REPLY_LIMIT, { strictNumbers: true });
  if (typeof body.ok !== "boolean") throw broken("ok", "true or false");
  return {
    ok: body.ok,
    inserted: optional("inserted", body.inserted, 0),
    ignored: optional("ignored", body.ignored, 0),
  };
}

function clamped(field: string, value: unknown, least: number, most: number): number {
  if (!isInteger(value) || value < least || value > most) throw broken(field, "an integer");
  return Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

function optional(field: string, value: unknown, least: number): number | null {
  if (value === undefined || value === null) return null;
  if (!isInteger(value) || !Number.isSafeInteger(value) || value < least) {
    throw broken(field, "an integer or null");
  }
  return value;
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value) && !Object.is(value, -0);
}

function arrayOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw broken("entries", "an array");
  return value;
}

function broken(field: string, rule: string): WireError {
  return new WireError("invalid", `Cannot read the message as '${field}' is not ${rule}`);
}
