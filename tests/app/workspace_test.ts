import assert from "node:assert/strict";
import { workspaceOf } from "../../src/app/workspace.ts";
import { denoFiles } from "../../src/world/deno.ts";

Deno.test("workspaceOf() is the nearest folder with .git, be it a folder or a file", async () => {
  const root = await Deno.makeTempDir({ prefix: "rr-test-" });
  try {
    await Deno.mkdir(`${root}/clone/.git`, { recursive: true });
    await Deno.mkdir(`${root}/clone/a/b`, { recursive: true });
    await Deno.mkdir(`${root}/clone/module/c`, { recursive: true });
    await Deno.writeTextFile(`${root}/clone/module/.git`, "gitdir: elsewhere\n");
    const files = denoFiles();
    assert.equal(workspaceOf(files, `${root}/clone/a/b`), `${root}/clone`);
    assert.equal(workspaceOf(files, `${root}/clone/module/c`), `${root}/clone/module`);
    assert.equal(workspaceOf(files, root), root);
    assert.equal(workspaceOf(files, "/"), "/");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
