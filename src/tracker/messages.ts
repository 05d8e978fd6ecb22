/** What goes over the wire between tracker and devices, checked on both sides. See API.md. */
import { readJson } from "../base/json_cost.ts";
import * as v from "valibot";
import type { OwnRecord, PeerRecord } from "../swarm/peer.ts";
import { boundedAddrs } from "../swarm/peer_addrs.ts";
import { parsePeerIdText } from "../swarm/peer_id.ts";

/** Longest text of `meta`; as long as the same fields of an entry may be. */
export const MAX_META_CHARS = 1_024;
/** Largest request body: one record with everything at its limit has about 25 KB. */
export const MAX_REQUEST_BYTES = 64 * 1_024;
/**
 * As much of a list of one user's or one swarm's devices as is read: 4 KiB for each of the 512 that our
 * tracker keeps, where few have one. A list so long costs 50 to 80 MB of memory, one of 10 MiB 200 MB.
 */
export const MAX_LIST_BYTES = 2 * 1_024 * 1_024;
/** As much of a list of everybody as is read, where no daemon pays for it; where the original stops as well. */
export const MAX_LIST_OF_ALL_BYTES = 10 * 1_024 * 1_024;
/** As much of an error answer as is read. */
export const MAX_ERROR_BYTES = 64 * 1_024;
/** Longest text of an error answer that is quoted to a person. */
const MAX_QUOTED_CHARS = 200;

/** What a device says of itself; each member is a text or null on the wire. */
export interface PeerMeta {
  readonly device_id: string | null;
  readonly hostname: string | null;
  readonly user_id: string | null;
  readonly version: string | null;
}

/** Body of `POST /api/v1/peers/register`, checked. */
export interface RegisterRequest {
  /** Not checked yet to be a peer id: a wrong one has an answer of its own. */
  readonly peer_id: string;
  readonly addrs: readonly string[];
  readonly meta: PeerMeta | null;
}

/** A body that is not what the API asks for. The message quotes nothing of it. */
export class MessageError extends Error {
  /** Creates the error with a sentence for the sender. */
  constructor(message: string) {
    super(message);
    this.name = "MessageError";
  }
}

const MetaText = v.nullish(
  v.pipe(v.string(), v.maxLength(MAX_META_CHARS), v.transform((text) => text.toWellFormed())),
  null,
);
const Meta = v.nullish(
  v.object({ device_id: MetaText, hostname: MetaText, user_id: MetaText, version: MetaText }),
  null,
);
const Addrs = v.pipe(v.array(v.string()), v.transform((addrs) => keepAddrs(addrs)));
const Register = v.object({ peer_id: v.string(), addrs: Addrs, meta: Meta });
const Registered = v.object({ ok: v.literal(true), ttl_sec: v.pipe(v.number(), v.integer()) });
const Listed = v.object({ peers: v.array(v.unknown()) });
const ListedPeer = v.object({
  peer_id: v.string(),
  addrs: Addrs,
  meta: Meta,
  last_seen_unix: v.pipe(v.number(), v.safeInteger()),
});

/** @throws {MessageError} */
export function parseRegister(body: Uint8Array): RegisterRequest {
  return check(Register, parseJson(body));
}

/** Body of a registration. */
export function formatRegister(own: OwnRecord): string {
  return JSON.stringify({
    peer_id: own.peer,
    addrs: own.addrs,
    meta: {
      device_id: own.deviceId,
      hostname: own.hostname,
      user_id: own.userId,
      version: own.version,
    },
  });
}

/**
 * Seconds for which the tracker keeps a registration.
 *
 * @throws {MessageError}
 */
export function parseRegistered(body: Uint8Array): number {
  return Math.min(Math.max(0, check(Registered, parseJson(body)).ttl_sec), MAX_TTL_SEC);
}

/** A day; a tracker that says more is not believed. */
const MAX_TTL_SEC = 86_400;

/**
 * Records of one answer that are checked, twice what our tracker keeps of one user: an answer has room
 * for 70,000, which would hold the event loop for seconds.
 */
const MOST_CHECKED = 1_024;

/** Which peers of an answer are wanted. */
export interface WantedPeers {
  /** Whose; a tracker that does not filter is not to bring strangers in. @default {everybody's} */
  readonly userId?: string | undefined;
  /** Records that are checked; the others count as such that break a rule. @default {1,024} */
  readonly most?: number | undefined;
}

/**
 * The peers of an answer. A tracker can be wrong or hostile: a record that breaks a rule is left out
 * and counted, so that it cannot hide the others.
 *
 * @param nowUnix seconds; a peer cannot have been seen later than now
 * @throws {MessageError} if the answer as a whole cannot be read
 */
export function parsePeers(
  body: Uint8Array,
  nowUnix: number,
  { userId, most = MOST_CHECKED }: WantedPeers = {},
): { readonly peers: readonly PeerRecord[]; readonly rejected: number } {
  const peers = new Map<string, PeerRecord>();
  const listed = check(Listed, parseJson(body)).peers;
  const wanted = userId === undefined ? listed : listed.filter((item) => isOf(userId, item));
  let rejected = Math.max(0, wanted.length - most);
  for (const item of wanted.slice(0, most)) {
    const record = v.safeParse(ListedPeer, item);
    const peer = record.success ? parsePeerIdText(record.output.peer_id) : undefined;
    if (!record.success || !peer) {
      rejected++;
      continue;
    }
    const { addrs, meta, last_seen_unix } = record.output;
    peers.set(peer, {
      peer,
      addrs,
      deviceId: label(meta?.device_id),
      userId: label(meta?.user_id),
      hostname: label(meta?.hostname),
      lastSeenUnix: Math.min(Math.max(0, last_seen_unix), nowUnix),
    });
  }
  return { peers: [...peers.values()], rejected };
}

/** Whether a record says that it is this user's, before anything of it is checked. */
function isOf(userId: string, item: unknown): boolean {
  const said = (item as { meta?: { user_id?: unknown } | null } | null)?.meta?.user_id;
  return typeof said === "string" && said.toWellFormed() === userId;
}

/** What {@linkcode parseErrorText} makes of a page. */
export const WEB_PAGE = "a web page, so this is no tracker";

/** The sentence of an error answer, text or JSON, fit to be shown; empty if there is none. */
export function parseErrorText(body: Uint8Array): string {
  const text = new TextDecoder().decode(body.subarray(0, MAX_ERROR_BYTES));
  let said: unknown = text;
  try {
    said = (JSON.parse(text) as { error?: unknown } | null)?.error ?? text;
  } catch {
    // The original answers in plain text.
  }
  const shown = typeof said === "string" ? said : text;
  // Some other server's page: its markup says nothing to a person.
  if (/^\s*<(!doctype|html|\?xml)/i.test(shown)) return WEB_PAGE;
  return shown.replace(/[\p{C}\p{Z}]+/gu, " ").trim().slice(0, MAX_QUOTED_CHARS).toWellFormed();
}

/** Trimmed; what is empty, too long or cannot be an address is left out, as is what is too many. */
function keepAddrs(addrs: readonly string[]): string[] {
  return boundedAddrs(
    addrs.map((raw) => raw.trim()).filter((addr) => addr !== "" && !UNFIT.test(addr)),
  );
}

// Blanks, control and format characters, lone surrogates: addresses end up in lines of text.
const UNFIT = /[\p{C}\p{Z}]/u;

/** A text that may be shown and compared; one with control characters is as good as none. */
function label(text: string | null | undefined): string | undefined {
  return text === null || text === undefined || text === "" || /\p{Cc}/u.test(text)
    ? undefined
    : text;
}

/** Some hundred peers. In less than that no nest is deep enough to cost anything. */
const UNCHECKED_BYTES = 64 * 1024;

/** @throws {MessageError} if it is no JSON, or costs more to read than any message of a tracker */
export function parseJson(body: Uint8Array): unknown {
  try {
    return readJson(body, UNCHECKED_BYTES);
  } catch {
    throw new MessageError("malformed JSON");
  }
}

function check<T extends v.GenericSchema>(schema: T, value: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? "body";
  throw new MessageError(
    `invalid value of '${path}': expected ${issue.expected ?? "another value"}`,
  );
}
