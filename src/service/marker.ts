/**
 * Tells a unit that we wrote from one that a person has changed, so that an update replaces the
 * first and never the second. One line of the file carries a hash of all other lines.
 */
import { toHex } from "../base/bytes.ts";

const TAG = "rr-unit sha256=";
const PLACEHOLDER = `${TAG}${"0".repeat(32)}`;
const MARKER = /rr-unit sha256=([0-9a-f]{32})/;

/** What a template writes where the hash belongs; exactly once. */
export const MARKER_SLOT: string = PLACEHOLDER;

/** What a unit file is. */
export type Authorship = "absent" | "ours" | "edited";

/** Fills the slot of `text` with the hash of everything else. */
export async function seal(text: string): Promise<string> {
  return text.replace(PLACEHOLDER, `${TAG}${await digest(text)}`);
}

/** Judges a unit file by its marker; a file without one was written by somebody else. */
export async function authorship(text: string | undefined): Promise<Authorship> {
  if (text === undefined) return "absent";
  const found = MARKER.exec(text)?.[1];
  if (found === undefined) return "edited";
  return found === await digest(text.replace(MARKER, PLACEHOLDER)) ? "ours" : "edited";
}

// 128 bits are plenty: this guards against accidents, not against forgery.
async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return toHex(new Uint8Array(hash, 0, 16));
}
