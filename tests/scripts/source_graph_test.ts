import assert from "node:assert/strict";
import { dynamicImports, importsOfValues } from "../../scripts/source_graph.ts";

Deno.test("importsOfValues() sees imports of values and no others", () => {
  const code = `
import { a, type B } from "./a.ts";
import type { C } from "./types.ts";
import { type D, type E } from "./types_too.ts";
import * as f from "./f.ts";
import g from "./g.ts";
import "./effect.ts";
export { h } from "./h.ts";
export type { I } from "./types_three.ts";
/* import { no } from "./comment.ts"; */
const later = () => import("./later.ts");
import {
  many,
  lines,
} from "./many.ts";`;
  assert.deepEqual(
    importsOfValues(code),
    ["./a.ts", "./f.ts", "./g.ts", "./effect.ts", "./h.ts", "./many.ts"],
  );
});

Deno.test("dynamicImports() finds what is loaded later, and no types", () => {
  const code = `import { a } from "./a.ts";
    /** As {@linkcode import("./b.ts").B} has it. */
    let d: import("./d.ts").D;
    export const load = async () => (await import("./c.ts")).c;
    const other = () => import(
      "./e.ts",
    );
    const types = (await import("./f.ts"));`;
  assert.deepEqual(dynamicImports(code), ["./c.ts", "./e.ts", "./f.ts"]);
});
