/**
 * SHA-1 (RFC 3174), synchronous. Only for names that are derived from data (UUIDv5, RFC 9562): it
 * protects nothing. `crypto.subtle` gives the same digest, but one promise per line of a history of
 * a million lines costs several times as much as the hash itself.
 */

const BLOCK = 64;
// One scratch for all calls: a digest is computed to its end before another begins.
const WORDS = new Int32Array(80);
const TAIL = new Uint8Array(2 * BLOCK);
const STATE = new Int32Array(5);

/** The 20 bytes of the SHA-1 digest of `data`. */
export function sha1(data: Uint8Array): Uint8Array<ArrayBuffer> {
  STATE[0] = 0x67452301;
  STATE[1] = 0xefcdab89;
  STATE[2] = 0x98badcfe;
  STATE[3] = 0x10325476;
  STATE[4] = 0xc3d2e1f0;
  const whole = data.length - data.length % BLOCK;
  for (let at = 0; at < whole; at += BLOCK) mix(data, at);
  const tailLength = pad(data, whole);
  for (let at = 0; at < tailLength; at += BLOCK) mix(TAIL, at);
  const digest = new Uint8Array(20);
  for (let i = 0; i < 20; i++) digest[i] = STATE[i >> 2]! >>> (24 - 8 * (i & 3));
  return digest;
}

// The rest of the data, a bit 1, zeros, and the length in bits as 64 bits: one block, or two if the
// rest leaves no room.
function pad(data: Uint8Array, from: number): number {
  const rest = data.length - from;
  const length = rest < BLOCK - 8 ? BLOCK : 2 * BLOCK;
  TAIL.fill(0, rest, length);
  for (let i = 0; i < rest; i++) TAIL[i] = data[from + i]!;
  TAIL[rest] = 0x80;
  let bits = data.length * 8;
  for (let i = length - 1; bits > 0; i--) {
    TAIL[i] = bits % 256;
    bits = Math.floor(bits / 256);
  }
  return length;
}

// One loop per round function: a choice inside a single loop costs half as much again.
function mix(data: Uint8Array, at: number): void {
  const w = WORDS;
  for (let i = 0, p = at; i < 16; i++, p += 4) {
    w[i] = data[p]! << 24 | data[p + 1]! << 16 | data[p + 2]! << 8 | data[p + 3]!;
  }
  for (let i = 16; i < 80; i++) {
    const x = w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!;
    w[i] = x << 1 | x >>> 31;
  }
  let a = STATE[0]!, b = STATE[1]!, c = STATE[2]!, d = STATE[3]!, e = STATE[4]!, t = 0;
  for (let i = 0; i < 20; i++) {
    t = ((a << 5 | a >>> 27) + (b & c | ~b & d) + e + 0x5a827999 + w[i]!) | 0;
    e = d, d = c, c = b << 30 | b >>> 2, b = a, a = t;
  }
  for (let i = 20; i < 40; i++) {
    t = ((a << 5 | a >>> 27) + (b ^ c ^ d) + e + 0x6ed9eba1 + w[i]!) | 0;
    e = d, d = c, c = b << 30 | b >>> 2, b = a, a = t;
  }
  for (let i = 40; i < 60; i++) {
    t = ((a << 5 | a >>> 27) + (b & c | b & d | c & d) + e + 0x8f1bbcdc + w[i]!) | 0;
    e = d, d = c, c = b << 30 | b >>> 2, b = a, a = t;
  }
  for (let i = 60; i < 80; i++) {
    t = ((a << 5 | a >>> 27) + (b ^ c ^ d) + e + 0xca62c1d6 + w[i]!) | 0;
    e = d, d = c, c = b << 30 | b >>> 2, b = a, a = t;
  }
  STATE[0] = STATE[0]! + a;
  STATE[1] = STATE[1]! + b;
  STATE[2] = STATE[2]! + c;
  STATE[3] = STATE[3]! + d;
  STATE[4] = STATE[4]! + e;
}
