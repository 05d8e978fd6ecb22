/** A blob of 32-bit words; empty if it is none. */
export function words(value: unknown): Uint32Array<ArrayBuffer> {
  if (!(value instanceof Uint8Array) || value.byteLength % 4 !== 0) return new Uint32Array(0);
  const whole = value.byteOffset === 0 && value.byteLength === value.buffer.byteLength;
  return new Uint32Array((whole ? value : value.slice()).buffer as ArrayBuffer);
}
