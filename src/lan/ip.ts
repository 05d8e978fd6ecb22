/** IP addresses as the 16 bytes of IPv6, with IPv4 mapped into it. */

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** The 16 bytes of an address, a zone (`%eth0`) left out; `undefined` if it is none. */
export function parseIp(text: string): Uint8Array | undefined {
  const bare = text.split("%")[0]!.toLowerCase();
  if (!bare.includes(":")) {
    const v4 = parseV4(bare);
    return v4 && Uint8Array.from([...MAPPED, ...v4]);
  }
  const words = wordsOf(bare);
  return words && Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]));
}

/** The address as text: IPv4 in dots, IPv6 in the short form of RFC 5952. */
export function formatIp(bytes: Uint8Array): string {
  if (MAPPED.every((byte, i) => bytes[i] === byte)) return bytes.subarray(12).join(".");
  const words = Array.from({ length: 8 }, (_, i) => bytes[2 * i]! << 8 | bytes[2 * i + 1]!);
  const { start, length } = longestZeros(words);
  const hex = words.map((word) => word.toString(16));
  if (length < 2) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}

/** Whether two texts are the same address. */
export function isSameIp(left: string, right: string): boolean {
  const [a, b] = [parseIp(left), parseIp(right)];
  return a !== undefined && b !== undefined && a.every((byte, i) => byte === b[i]);
}

function parseV4(text: string): number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte < 256) ? bytes : undefined;
}

function wordsOf(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(partWords);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  const missing = 8 - head.length - tail!.length;
  return missing < 1 ? undefined : [...head, ...Array(missing).fill(0), ...tail!];
}

function partWords(text: string): number[] | undefined {
  if (text === "") return [];
  const out: number[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    const v4 = i === parts.length - 1 && part.includes(".") ? parseV4(part) : undefined;
    if (v4) out.push(v4[0]! << 8 | v4[1]!, v4[2]! << 8 | v4[3]!);
    else if (/^[0-9a-f]{1,4}$/.test(part)) out.push(parseInt(part, 16));
    else return undefined;
  }
  return out;
}

function longestZeros(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let i = 0; i < words.length; i++) {
    let end = i;
    while (words[end] === 0) end++;
    if (end - i > best.length) best = { start: i, length: end - i };
    i = Math.max(i, end - 1);
  }
  return best;
}
