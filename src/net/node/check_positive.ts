/**
 * Refuses options that are not above 0 (`Infinity` is).
 *
 * @param what completes "Cannot ..."
 * @throws {RangeError} naming the first that breaks the rule
 */
export function checkPositive(what: string, options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (value > 0) continue;
    throw new RangeError(`Cannot ${what} as '${name}' must be above 0: current value is ${value}`);
  }
}
