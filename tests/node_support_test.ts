/** What Deno and Node 24 have and Node 22.15, our oldest, has not; each of these cost somebody an hour. */
import assert from "node:assert/strict";

const SRC = new URL("../src/", import.meta.url);

/** What not to write, and what to write instead. */
const MISSING_IN_NODE_22: readonly (readonly [RegExp, string])[] = [
  [/\b(?:Async)?DisposableStack\b/, "Disposers of base/disposers.ts"],
  [/\bPromise\.try\b/, "an async function"],
  [/\bRegExp\.escape\b/, "a replace of the special characters"],
  [/\bUint8Array\.from(?:Hex|Base64)\b|\.to(?:Hex|Base64)\(\)/, "a loop over the bytes"],
  [/\bError\.isError\b/, "instanceof"],
  [/\(\?[ims]*-?[ims]+:/, "flags of the whole expression"],
  // Node before 22.20 takes them for names: "column index out of range".
  [/(?:=|,|\(|SELECT|VALUES|IN)\s*\?\d/, "plain ? in SQL, the value given once for each"],
];

Deno.test("src/ uses nothing that Node 22.15 lacks", async () => {
  const wrong: string[] = [];
  for await (const file of sources(SRC)) {
    const text = await Deno.readTextFile(file);
    const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
    for (const [pattern, instead] of MISSING_IN_NODE_22) {
      const found = pattern.exec(code)?.[0];
      const name = file.pathname.slice(SRC.pathname.length);
      if (found !== undefined) wrong.push(`${name}: ${found}: use ${instead}`);
    }
  }
  assert.deepEqual(wrong, []);
});

async function* sources(folder: URL): AsyncGenerator<URL> {
  for await (const item of Deno.readDir(folder)) {
    if (item.isDirectory) yield* sources(new URL(`${item.name}/`, folder));
    else if (item.name.endsWith(".ts")) yield new URL(item.name, folder);
  }
}
