import { isSameSecret } from "../../base/bytes.ts";

/** Header that carries the token where `Authorization` is needed for something else. */
export const TOKEN_HEADER = "x-rustory-token";

const SCHEME = "Bearer ";

/**
 * The token without surrounding blanks.
 *
 * @throws {RangeError} if it is blank, which looks protected and is not, or cannot stand in a header
 */
export function checkedToken(token: string): string {
  const trimmed = token.trim();
  if (/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(trimmed)) return trimmed;
  throw new RangeError(
    trimmed === ""
      ? "Cannot use a blank tracker token: leave it out to go without one"
      : "Cannot use the tracker token as it has characters other than printable ASCII",
  );
}

/**
 * A check whether a request carries `token`; without a token every request may pass.
 *
 * Compares SHA-256 digests in full, so that the time says nothing of how much was right.
 *
 * @throws {RangeError} as {@linkcode checkedToken}
 */
export function createTokenCheck(
  token: string | undefined,
): (headers: Headers) => Promise<boolean> {
  if (token === undefined) return () => Promise.resolve(true);
  const digest = sha256(checkedToken(token));
  return async (headers) => {
    const given = tokenOf(headers);
    return given !== undefined && isSameSecret(await digest, await sha256(given));
  };
}

/** A Bearer header, if there is one, decides alone. */
function tokenOf(headers: Headers): string | undefined {
  const authorization = headers.get("authorization");
  if (authorization?.startsWith(SCHEME)) return authorization.slice(SCHEME.length).trim();
  return headers.get(TOKEN_HEADER)?.trim();
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}
