import assert from "node:assert/strict";
import { withEagerFunctions } from "../../scripts/eager_functions.ts";

/** What a module exports after the change. */
async function exportsOf(code: string): Promise<Record<string, unknown>> {
  const text = withEagerFunctions(code);
  return await import(`data:text/javascript,${encodeURIComponent(text)}`);
}

Deno.test("withEagerFunctions() puts parentheses around functions, and declared ones in front", () => {
  assert.equal(
    withEagerFunctions("#!/usr/bin/env x\nvar a=b(c=>c+1);function b(d){return d(1)}export{a};"),
    "#!/usr/bin/env x\nvar b=(function (d){return d(1)});\nvar a=b((c=>c+1));;export{a};",
  );
  assert.equal(withEagerFunctions("var a=1;"), "var a=1;");
  assert.equal(
    withEagerFunctions("var a=(()=>1),b=(function(){});"),
    "var a=(()=>1),b=(function(){});",
  );
});

Deno.test("withEagerFunctions() changes nothing that a program could see", async () => {
  const code = `
    import { a as one } from "data:text/javascript,export const a = 1;";
    const early = hoisted(2);
    function hoisted(n) { return n + one + other(); }
    async function later() { return await Promise.resolve(3); }
    function* some() { yield 1; yield* [2, 3]; }
    async function* slowly() { yield 4; }
    function once() { once = () => "again"; return "first"; }
    function other() { function inner() { return 10; } return [1].map((n) => n * inner())[0]; }
    class Box {
      #value = 5;
      read = () => this.#value;
      get value() { return this.#value; }
      add(by = () => 1) { return this.#value + by(); }
    }
    const curried = a => b => a + b, named = function() {}, arrow = () => ({ b: function () {} });
    const slow = async n => n, tag = (strings) => strings.raw[0];
    let count = 0;
    function counts() { return ++count; }
    const facts = [
      early, await later(), [...some()], (await slowly().next()).value, once(), once(),
      new Box().read(), new Box().value, new Box().add(), curried(1)(2), await slow(6), tag\`t\`,
      [hoisted, later, named, arrow, arrow().b, new Box().read].map((one) => one.name),
      hoisted.length, counts() + counts(), one ? (() => 7)() : (x) => x,
    ];
    export { facts, counts as default };`;
  const plain = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const eager = await exportsOf(code);
  assert.deepEqual(eager.facts, plain.facts);
  assert.equal((eager.default as () => number)(), 3);
});

Deno.test("withEagerFunctions(): V8 compiles them with the file", async () => {
  const folder = await Deno.makeTempDir({ prefix: "rr-eager-" });
  try {
    const code = "var a=()=>1;function b(){return[2].map(c=>c+1)}async function d(){await 1}" +
      "a();b();await d();export{a};";
    const lazy = await compiledLater(folder, code);
    assert.deepEqual(lazy, ["a", "b", "", "d"]);
    assert.deepEqual(await compiledLater(folder, withEagerFunctions(code)), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The functions of a module that are compiled when it runs: those are in no code cache. */
async function compiledLater(folder: string, code: string): Promise<string[]> {
  await Deno.writeTextFile(`${folder}/module.js`, code);
  const log = `${folder}/v8.log`;
  const flags = ["--log-function-events", `--logfile=${log}`, "--no-logfile-per-isolate"];
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-code-cache", `--v8-flags=${flags}`, `${folder}/module.js`],
    stdout: "null",
    stderr: "null",
  }).output();
  assert.ok(success);
  const lines = (await Deno.readTextFile(log)).split("\n").map((line) => line.split(","));
  const script =
    lines.find(([what, , name]) => what === "script-details" && name?.endsWith("/module.js"))![1];
  return lines.filter(([what, how, id]) =>
    what === "function" && how === "parse-function" && id === script
  )
    .map((line) => line[7] ?? "");
}
