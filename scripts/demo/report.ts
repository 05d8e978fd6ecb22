// deno-lint-ignore-file no-console
/** What the demo tells: each step as it happens, and the table at the end. */

/** One row of the closing table. */
export interface Row {
  readonly what: string;
  readonly result: string;
}

const rows: Row[] = [];

/** Says what is being done. */
export function step(text: string): void {
  console.log(`\n-- ${text}`);
}

/** Says what was seen and keeps it for the table. */
export function seen(what: string, result: string): void {
  console.log(`   ${what}: ${result}`);
  rows.push({ what, result });
}

/** Prints all that was seen. */
export function printTable(): void {
  const width = Math.max(...rows.map((row) => row.what.length));
  console.log(`\n| ${"what happened".padEnd(width)} | seen`);
  console.log(`| ${"-".repeat(width)} | ----`);
  for (const { what, result } of rows) console.log(`| ${what.padEnd(width)} | ${result}`);
}
