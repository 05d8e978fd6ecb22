/**
 * Base58 with Bitcoin's alphabet, in which peer ids are written.
 * Source: multibase table, `base58btc`; leading zero bytes are leading `1`.
 */
const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const DIGITS = new Map([...ALPHABET].map((char, value) => [char, value]));

/** The bytes as text. Takes time by the square of their number: for keys and ids. */
export function encodeBase58(bytes: Uint8Array): string {
  const digits = convert(bytes, 256, 58);
  return "1".repeat(leadingZeros(bytes)) + digits.map((digit) => ALPHABET[digit]).join("");
}

/** Bytes of a base58 text; `undefined` if a character is not of its alphabet. */
export function decodeBase58(text: string): Uint8Array | undefined {
  const digits: number[] = [];
  for (const char of text) {
    const digit = DIGITS.get(char);
    if (digit === undefined) return undefined;
    digits.push(digit);
  }
  const zeros = leadingZeros(digits);
  return Uint8Array.from([...new Array<number>(zeros).fill(0), ...convert(digits, 58, 256)]);
}

/** A number by its digits, the highest first, with another base and without leading zeros. */
function convert(digits: Iterable<number>, from: number, to: number): number[] {
  const result: number[] = []; // the lowest first
  for (const digit of digits) {
    let carry = digit;
    for (let i = 0; i < result.length; i++) {
      carry += result[i]! * from;
      result[i] = carry % to;
      carry = Math.floor(carry / to);
    }
    for (; carry > 0; carry = Math.floor(carry / to)) result.push(carry % to);
  }
  return result.reverse();
}

function leadingZeros(digits: Iterable<number>): number {
  let zeros = 0;
  for (const digit of digits) {
    if (digit !== 0) break;
    zeros++;
  }
  return zeros;
}
