/** The program that docs/library.md shows. */
import assert from "node:assert/strict";
import { ROOT } from "../../scripts/tools.ts";

/** What the page says of its program. */
export interface LibraryProgram {
  readonly source: string;
  /** The line that it prints. */
  readonly printed: string;
  /** The oldest versions that it runs on. */
  readonly runtimes: { readonly deno: string; readonly node: string };
}

/** The program, as the page has it. */
export async function libraryProgram(): Promise<LibraryProgram> {
  const page = await Deno.readTextFile(`${ROOT}docs/library.md`);
  const part = (pattern: RegExp): string => {
    const found = pattern.exec(page)?.[1];
    assert.ok(found !== undefined, `docs/library.md has nothing like ${pattern}`);
    return found;
  };
  return {
    source: part(/^```js\n(.*?)^```/ms),
    printed: part(/It prints `([^`]+)`/),
    runtimes: { deno: part(/Deno (\d+\.\d+\.\d+)/), node: part(/Node (\d+\.\d+\.\d+)/) },
  };
}
