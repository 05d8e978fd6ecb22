/** The first two that share what only one of them may have; `undefined` if all differ. */
export function twoOfOne<T>(
  all: readonly T[],
  nameOf: (one: T) => string,
): readonly [earlier: T, later: T] | undefined {
  const seen = new Map<string, T>();
  for (const later of all) {
    const earlier = seen.get(nameOf(later));
    if (earlier !== undefined) return [earlier, later];
    seen.set(nameOf(later), later);
  }
  return undefined;
}
