import assert from "node:assert/strict";
import fs from "node:fs";
import type { RrError } from "../../src/base/rr_error.ts";
import { RewrittenFile } from "../../src/process/rewrite_file.ts";

const NONE = () => Promise.resolve();
const NEW = new TextEncoder().encode("new\n");

Deno.test("RewrittenFile leaves a file alone that was written, replaced or removed since it was read", async () => {
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
      await assert.rejects(file.replace(NEW, NONE), (error: RrError) => error.code === "busy");
      assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), before);
    }
    Deno.writeTextFileSync(path, "old\n");
    using file = RewrittenFile.read(path);
    assert.equal(new TextDecoder().decode(file.bytes), "old\n");
    await file.replace(NEW, NONE);
    assert.equal(Deno.readTextFileSync(path), "new\n");
    assert.throws(() => RewrittenFile.read(folder), /it is no file|EISDIR|directory/);
    assert.throws(() => RewrittenFile.read(`${folder}/none`), /Cannot rewrite ".*none"/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("RewrittenFile follows a link, and refuses what has a second name or is no file", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "rr-rewrite-" });
  const path = `${folder}/history`;
  try {
    Deno.writeTextFileSync(path, "old\n");
    Deno.symlinkSync(path, `${folder}/link`);
    {
      using file = RewrittenFile.read(`${folder}/link`);
      await file.replace(NEW, NONE);
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

Deno.test("RewrittenFile keeps the mode, and lets nobody look before it has it", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "rr-rewrite-" });
  const path = `${folder}/history`;
  const { writeFileSync } = fs;
  const modes: number[] = [];
  try {
    Deno.writeTextFileSync(path, "old\n");
    Deno.chmodSync(path, 0o640);
    using file = RewrittenFile.read(path);
    fs.writeFileSync = (fd, bytes) => {
      modes.push(fs.fstatSync(Number(fd)).mode & 0o777);
      writeFileSync(fd, bytes);
    };
    await file.replace(NEW, NONE);
    assert.deepEqual(modes, [0o600]);
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o640);
  } finally {
    fs.writeFileSync = writeFileSync;
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("RewrittenFile takes over what a shell appends at the last moment to the file that it has open", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "rr-rewrite-" });
  const path = `${folder}/history`;
  const { renameSync } = fs;
  try {
    Deno.writeTextFileSync(path, "old\n");
    using shell = Deno.openSync(path, { append: true });
    using file = RewrittenFile.read(path);
    fs.renameSync = (from, to) => {
      shell.writeSync(new TextEncoder().encode("late\n"));
      renameSync(from, to);
    };
    await file.replace(NEW, NONE);
    assert.equal(Deno.readTextFileSync(path), "new\nlate\n");
  } finally {
    fs.renameSync = renameSync;
    Deno.removeSync(folder, { recursive: true });
  }
});
