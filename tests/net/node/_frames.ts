/** Frames of yamux, as a peer could make them. */

export const TYPE = { data: 0, window: 1, ping: 2 } as const;
export const SYN = 1;

/** One frame; one of data carries `length` bytes, the others a number. */
export function frame(type: number, flags: number, stream: number, length = 0): Uint8Array {
  const bytes = new Uint8Array(12 + (type === TYPE.data ? length : 0));
  const view = new DataView(bytes.buffer);
  bytes[1] = type;
  view.setUint16(2, flags);
  view.setUint32(4, stream);
  view.setUint32(8, length);
  return bytes;
}

/** Many in one piece. */
export function frames(count: number, make: (i: number) => Uint8Array): Uint8Array {
  const all = Array.from({ length: count }, (_, i) => make(i));
  const bytes = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const one of all) {
    bytes.set(one, at);
    at += one.length;
  }
  return bytes;
}
