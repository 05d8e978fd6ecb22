/** Parsers for values of flags; what they throw becomes `Cannot use the value of --flag: ...`. */

/** A whole number within bounds, both included. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^[+-]?\d{1,16}$/.test(text.trim()) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw new Error(
      most === Number.MAX_SAFE_INTEGER
        ? `expected a whole number of at least ${least}`
        : `expected a whole number from ${least} to ${most}`,
    );
  };
}
