/**
 * The oldest runtimes that the tests pass on, in one place.
 *
 * - Deno before 2.7 ignores SIGTERM once a daemon has answered a status request (seen on 2.6.10).
 * - Node before 22.15 has no zstd, and before 22.13 `node:sqlite` hides behind a flag.
 */
export const OLDEST_RUNTIME = { deno: "2.8.0", node: "22.15.0" } as const;

/** What tells the runtime: the global object, or something of that shape. */
export interface RuntimeGlobals {
  readonly Deno?: { readonly version: { readonly deno: string } };
  readonly process?: { readonly versions: { readonly node?: string } };
}

/** A sentence for a person whose runtime is older than {@linkcode OLDEST_RUNTIME}; else `undefined`. */
export function runtimeTooOld(globals: RuntimeGlobals): string | undefined {
  // Not even the global `process` may be touched on Deno, where it costs 11 ms.
  const [name, has, needs] = globals.Deno !== undefined
    ? ["Deno", globals.Deno.version.deno, OLDEST_RUNTIME.deno]
    : ["Node", globals.process?.versions.node ?? "0.0.0", OLDEST_RUNTIME.node];
  if (!isOlder(has, needs)) return undefined;
  return `rr needs ${name} ${needs} or later, and this is ${name} ${has}: update it`;
}

function isOlder(has: string, needs: string): boolean {
  const [left, right] = [numbersOf(has), numbersOf(needs)];
  for (let i = 0; i < 3; i++) {
    if (left[i] !== right[i]) return (left[i] ?? 0) < (right[i] ?? 0);
  }
  return false;
}

function numbersOf(version: string): number[] {
  return version.split(/[-+]/)[0]!.split(".").map(Number);
}
