/**
 * First value of a query parameter, percent-decoded and nothing else: a `+` stays a `+`, as for the
 * original, which is why `URLSearchParams` cannot be used. Bytes that are no UTF-8 become U+FFFD.
 */
export function firstQueryValue(url: string, name: string): string | undefined {
  const start = url.indexOf("?");
  if (start < 0) return undefined;
  const query = url.slice(start + 1).split("#", 1)[0]!;
  for (const pair of query.split("&")) {
    const equals = pair.indexOf("=");
    const key = equals < 0 ? pair : pair.slice(0, equals);
    if (key === name) return equals < 0 ? "" : percentDecode(pair.slice(equals + 1));
  }
  return undefined;
}

function percentDecode(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const out: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const hex = bytes[i] === PERCENT ? String.fromCharCode(...bytes.subarray(i + 1, i + 3)) : "";
    if (/^[0-9A-Fa-f]{2}$/.test(hex)) {
      out.push(parseInt(hex, 16));
      i += 2;
    } else out.push(bytes[i]!);
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(out));
}

const PERCENT = "%".charCodeAt(0);
