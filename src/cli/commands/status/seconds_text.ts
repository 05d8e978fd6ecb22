/** Seconds in the two largest units: `3 d 4 h`, `2 min 5 s`. */
export function secondsText(seconds: number): string {
  const units: readonly (readonly [number, string])[] = [[86_400, "d"], [3600, "h"], [60, "min"]];
  let rest = Math.floor(seconds);
  const parts: string[] = [];
  for (const [size, name] of units) {
    if (rest >= size) parts.push(`${Math.floor(rest / size)} ${name}`);
    rest %= size;
  }
  if (rest > 0 || parts.length === 0) parts.push(`${rest} s`);
  return parts.slice(0, 2).join(" ");
}
