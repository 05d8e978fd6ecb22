import assert from "node:assert/strict";
import type { RrError } from "../../src/base/rr_error.ts";
import { RewrittenFile } from "../../src/process/rewrite_file.ts";

const NEW = new TextEncoder().encode("new\n");

Deno.test("RewrittenFile leaves a file alone that was written, replaced or removed since it was read", () => {
  const folder = Deno.makeTempDirSync({ prefix: "rr-rewrite-" });
  const path = `${folder}/history`;
  const changes: readonly (() => void)[] = [
    () => Deno.writeTextFileSync(path, "more\n", { append: true }),
    () => {
      Deno.writeTextFileSync(`${path}.other`, "old\n");
      Deno.renameSync(`${path}.other`, path);
    },
    () => Deno.removeSync(path),
  ];
  try {
    for (const change of changes) {
      Deno.writeTextFileSync(path, "old\n");
      using file = RewrittenFile.read(path);
      change();
      const before = [...Deno.readDirSync(folder)].map(({ name }) => name);
      assert.throws(() => file.replace(NEW), (error: RrError) => error.code === "busy");
      assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), before);
    }
    Deno.writeTextFileSync(path, "old\n");
    using file = RewrittenFile.read(path);
    assert.equal(new TextDecoder().decode(file.bytes), "old\n");
    file.replace(NEW);
    assert.equal(Deno.readTextFileSync(path), "new\n");
    assert.throws(() => RewrittenFile.read(folder), /it is no file|EISDIR|directory/);
    assert.throws(() => RewrittenFile.read(`${folder}/none`), /Cannot rewrite ".*none"/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("RewrittenFile follows a link, and refuses what has a second name or is no file", () => {
  const folder = Deno.makeTempDirSync({ prefix: "rr-rewrite-" });
  const path = `${folder}/history`;
  try {
    Deno.writeTextFileSync(path, "old\n");
    Deno.symlinkSync(path, `${folder}/link`);
    {
      using file = RewrittenFile.read(`${folder}/link`);
      file.replace(NEW);
    }
    assert.ok(Deno.lstatSync(`${folder}/link`).isSymlink);
    assert.equal(Deno.readTextFileSync(path), "new\n");
    Deno.linkSync(path, `${folder}/second`);
    assert.throws(() => RewrittenFile.read(path), /it has a second name/);
    assert.throws(() => RewrittenFile.read(folder), /Cannot rewrite/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
