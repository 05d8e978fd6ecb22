/** Where Node keeps the compiled code of `rr`: whoever can write there has their code run. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as module from "node:module";
import { cacheFolder, keepCompiledCode } from "../../src/world/compile_cache.ts";

const ME = Deno.uid()!;
const SOMEBODY = ME + 1;

/** Where Node was told to keep it; `undefined` if it was not told. */
function keptIn(env: Record<string, string>, user: number = ME): string | undefined {
  let kept: string | undefined;
  const enableCompileCache = (folder: string): void => void (kept = folder);
  const getBuiltinModule = (name: string): unknown =>
    name === "node:fs" ? fs : { ...module, enableCompileCache };
  const process = { env, getuid: () => user, getBuiltinModule };
  keepCompiledCode(process as Parameters<typeof keepCompiledCode>[0]);
  return kept;
}

function inHome(name: string, run: (home: string) => void): void {
  Deno.test(name, () => {
    const home = Deno.makeTempDirSync({ prefix: "rr-cache-" });
    try {
      run(home);
    } finally {
      Deno.removeSync(home, { recursive: true });
    }
  });
}

Deno.test("cacheFolder() is in $XDG_CACHE_HOME, else in the home; a relative path is no place", () => {
  const at = (env: Record<string, string>): string | undefined => cacheFolder((name) => env[name]);
  assert.equal(at({ HOME: "/home/ann" }), "/home/ann/.cache/rustory");
  assert.equal(at({ HOME: "/home/ann/" }), "/home/ann/.cache/rustory");
  assert.equal(at({ HOME: "/home/ann", XDG_CACHE_HOME: "/var/c//" }), "/var/c/rustory");
  assert.equal(at({ HOME: "/home/ann", XDG_CACHE_HOME: "cache" }), "/home/ann/.cache/rustory");
  assert.equal(at({ HOME: "." }), undefined);
  assert.equal(at({}), undefined);
});

inHome("compiled code is kept in a folder of this user alone, which is made if need be", (home) => {
  const folder = `${home}/.cache/rustory`;
  for (let i = 0; i < 2; i++) assert.equal(keptIn({ HOME: home }), `${folder}/node`);
  assert.equal(Deno.statSync(folder).mode! & 0o777, 0o700);
  for (const mode of [0o770, 0o707]) {
    Deno.chmodSync(folder, mode);
    assert.equal(keptIn({ HOME: home }), undefined);
  }
});

inHome("no compiled code is kept in somebody else's home, nor a folder made there", (home) => {
  assert.equal(keptIn({ HOME: home }, SOMEBODY), undefined);
  assert.deepEqual([...Deno.readDirSync(home)], []);
  assert.equal(keptIn({ HOME: home }), `${home}/.cache/rustory/node`);
  assert.equal(keptIn({ HOME: home }, SOMEBODY), undefined);
});

inHome("where the folder cannot be made there is no word, and no home is made", (home) => {
  assert.equal(keptIn({ HOME: `${home}/gone` }), undefined);
  assert.equal(keptIn({ HOME: home, XDG_CACHE_HOME: `${home}/a/b` }), undefined);
  assert.deepEqual([...Deno.readDirSync(home)], []);
  Deno.writeTextFileSync(`${home}/.cache`, "");
  assert.equal(keptIn({ HOME: home }), undefined);
});

inHome("a link to another folder is not followed", (home) => {
  Deno.mkdirSync(`${home}/.cache`);
  Deno.mkdirSync(`${home}/other`, { mode: 0o700 });
  Deno.symlinkSync(`${home}/other`, `${home}/.cache/rustory`);
  assert.equal(keptIn({ HOME: home }), undefined);
});
