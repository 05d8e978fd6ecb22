/**
 * Proof that a request comes from the owner of a peer id: a signature by the key that the id names.
 *
 * The original has none, so whoever may register can replace the record of any peer and have others
 * dial where they like. Its trackers ignore the header, and its clients send none.
 */
import { fromBase64Url, joinBytes, toBase64Url } from "../base/bytes.ts";
import type { PeerId } from "../swarm/peer.ts";
import { ed25519KeyOf } from "../swarm/peer_id.ts";

/** `<milliseconds since the epoch>.<base64url of the signature>`. */
export const PROOF_HEADER = "x-rustory-proof";

/** How far the clocks of a device and the tracker may be apart; beyond, a proof counts as none. */
export const MAX_PROOF_AGE_MS = 5 * 60_000;

/** Signs with the device's identity key (Ed25519, 64 bytes). */
export type Sign = (data: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/** What is signed. */
export interface ProofSubject {
  readonly method: string;
  /** Path below the tracker's base URL, such as `/api/v1/peers/register`. */
  readonly path: string;
  readonly body: Uint8Array;
}

const DOMAIN = "rustory-tracker-proof-1";

/** The value of {@linkcode PROOF_HEADER} for a request made now. */
export async function formatProof(
  subject: ProofSubject,
  nowMs: number,
  sign: Sign,
): Promise<string> {
  const at = Math.floor(nowMs);
  const signature = await sign(signedBytes(subject, at));
  return `${at}.${toBase64Url(signature)}`;
}

/**
 * When the peer signed, in ms by its own clock; `undefined` if the header is missing or too old to count;
 * `"forged"` if it is there and not the peer's.
 */
export async function checkProof(
  header: string | null,
  peer: PeerId,
  subject: ProofSubject,
  nowMs: number,
): Promise<number | undefined | "forged"> {
  if (header === null) return undefined;
  const match = /^(\d{1,15})\.([A-Za-z0-9_-]{86})$/.exec(header);
  const raw = ed25519KeyOf(peer);
  if (!match || !raw) return "forged";
  const at = Number(match[1]);
  if (Math.abs(nowMs - at) > MAX_PROOF_AGE_MS) return undefined;
  try {
    const bytes = Uint8Array.from(raw);
    const key = await crypto.subtle.importKey("raw", bytes, "Ed25519", false, ["verify"]);
    const signature = fromBase64Url(match[2]!);
    const good = await crypto.subtle.verify("Ed25519", key, signature, signedBytes(subject, at));
    return good ? at : "forged";
  } catch {
    return "forged"; // not a point of the curve
  }
}

function signedBytes({ method, path, body }: ProofSubject, at: number): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`${DOMAIN}\n${method}\n${path}\n${at}\n`);
  return joinBytes([head, body]);
}
