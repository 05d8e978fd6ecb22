import { toBase64 } from "../../base/bytes.ts";
import { quoted } from "../../base/printable.ts";
import { checkedToken, TOKEN_HEADER } from "../server/token.ts";

/** Where a tracker is. */
export interface TrackerUrl {
  /** For people: without user and password. */
  readonly name: string;
  /** To be followed by `/api/...`: without user, password and slash at the end. */
  readonly base: string;
  /** `user:password` of the URL, decoded; `undefined` if it has none. */
  readonly credentials: string | undefined;
}

/**
 * Parses the base URL of a tracker. Slashes at its end are cut.
 *
 * @throws {RangeError} naming the rule, and the URL only as far as it cannot hold a secret
 */
export function parseTrackerUrl(text: string): TrackerUrl {
  const url = URL.parse(text.trim());
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) {
    // Without a scheme the host is taken for one.
    throw new RangeError(
      `Cannot use the tracker URL ${quoted(shownUrl(text))}: expected http://host:port`,
    );
  }
  const base = url.origin + url.pathname.replace(/\/+$/, "");
  if (url.search !== "" || url.hash !== "") {
    throw new RangeError(`Cannot use the tracker URL ${base} with a "?" or "#" part: leave it out`);
  }
  const hasCredentials = url.username !== "" || url.password !== "";
  return {
    name: base,
    base,
    credentials: hasCredentials ? `${decode(url.username)}:${decode(url.password)}` : undefined,
  };
}

/** A URL, or what should be one, without what could be a secret in it. */
export function shownUrl(text: string): string {
  const [place = ""] = text.trim().split(/[?#]/);
  return place.replace(/^([a-z]+:\/\/)?.*@/i, "$1");
}

/**
 * The base URL to set where the answer to `path` below `base` points to `location`: what stands there before
 * the path. `undefined` if it is no such place, as with a page to log in at, or the one that was asked.
 */
export function movedBase(base: string, path: string, location: string): string | undefined {
  const asked = new URL(base + path);
  const url = location === "" ? null : URL.parse(location, asked);
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) return undefined;
  const below = asked.pathname.slice(new URL(base).pathname.replace(/\/+$/, "").length);
  const there = url.pathname.replace(/\/+$/, "");
  if (!there.endsWith(below)) return undefined;
  const moved = url.origin + there.slice(0, -below.length).replace(/\/+$/, "");
  return moved === base ? undefined : moved;
}

/**
 * Headers that let us in: the token as the original sends it, or, where a proxy in front wants user and
 * password in `Authorization`, in the other header that trackers read.
 *
 * @throws {RangeError} if the token cannot stand in a header
 */
export function authHeaders(url: TrackerUrl, token: string | undefined): Record<string, string> {
  const own = token === undefined ? undefined : checkedToken(token);
  if (url.credentials === undefined) return own ? { authorization: `Bearer ${own}` } : {};
  const bytes = new TextEncoder().encode(url.credentials);
  const basic = { authorization: `Basic ${toBase64(bytes)}` };
  return own ? { ...basic, [TOKEN_HEADER]: own } : basic;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
