/** The day of a time in milliseconds since the Unix epoch, in UTC: `2026-01-31`. @throws {RangeError} beyond the year 275760 */
export function utcDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
