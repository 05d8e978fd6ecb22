import assert from "node:assert/strict";
import { staticImports, staticNodeImports } from "../../scripts/bundle.ts";

Deno.test("staticImports() finds every form that is loaded at once", () => {
  const code = 'import"node:a";import{b as c}from"node:b";import*as d from"./d.js";var x=1;' +
    'import e,{f}from"node:e";export{g}from"./g.js";export*from"node:h"\nimport i from\n"node:i";';
  assert.deepEqual(staticImports(code), [
    "node:a",
    "node:b",
    "./d.js",
    "node:e",
    "./g.js",
    "node:h",
    "node:i",
  ]);
});

Deno.test("staticImports() leaves out what is loaded later", () => {
  const code = 'var l={r:()=>import("./r.js"),n:async()=>(await import("node:fs")).readFileSync};' +
    'const text="import of node:zlib";export{l};';
  assert.deepEqual(staticImports(code), []);
});

Deno.test("staticNodeImports() follows chunks, also those that name each other", async () => {
  const folder = await Deno.makeTempDir({ prefix: "rr-bundle-" });
  try {
    const write = (name: string, code: string): Promise<void> =>
      Deno.writeTextFile(`${folder}/${name}`, code);
    await write("cli.js", 'import{a}from"./a.js";import("./late.js");');
    await write("a.js", 'import"./b.js";import{DatabaseSync}from"node:sqlite";export var a=1;');
    await write("b.js", 'import{a}from"./a.js";import"node:os";');
    await write("late.js", 'import"node:http";');
    const found = await staticNodeImports(`${folder}/cli.js`);
    assert.deepEqual([...found].sort(), ["node:os", "node:sqlite"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
