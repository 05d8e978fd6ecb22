/** How well a colour can be read on a ground, as WCAG 2 counts it. */

export type Rgb = readonly [number, number, number];

/** The first eight colours of xterm. */
export const XTERM: readonly Rgb[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
];

/** A colour of the cube or the greys of the 256. */
export function ofPalette(code: number): Rgb {
  const grey = 8 + 10 * (code - 232);
  if (code >= 232) return [grey, grey, grey];
  const level = (value: number): number => value === 0 ? 0 : 55 + 40 * value;
  const place = code - 16;
  return [level(Math.floor(place / 36)), level(Math.floor(place / 6) % 6), level(place % 6)];
}

export function ofHex(text: string): Rgb {
  const [r, g, b] = text.match(/../g)!.map((part) => parseInt(part, 16)) as [
    number,
    number,
    number,
  ];
  return [r, g, b];
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** 1 for the same, 21 for black on white. */
export function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}
