import assert from "node:assert/strict";
import { decode } from "../../src/base/bytes.ts";
import { RrError } from "../../src/base/rr_error.ts";
import type { Files } from "../../src/base/world.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { nodeFiles } from "../../src/world/node.ts";

const POSIX = Deno.build.os !== "windows";

for (const [name, open] of [["denoFiles()", denoFiles], ["nodeFiles()", nodeFiles]] as const) {
  const test = (
    what: string,
    run: (files: Files, at: (path: string) => string, root: string) => void,
  ): void =>
    Deno.test(`${name}: ${what}`, () => {
      const root = Deno.makeTempDirSync({ prefix: "rr-files-" });
      try {
        run(open(), (path) => `${root}/${path}`, root);
      } finally {
        Deno.removeSync(root, { recursive: true });
      }
    });

  test("makes no folder below a home folder that is not there", (files, at) => {
    const home = Deno.env.get("HOME");
    Deno.env.set("HOME", at("nobody"));
    try {
      assert.throws(
        () => files.makePrivateFolder(at("nobody/.config/rustory")),
        (error) => error instanceof RrError && /no home folder ".*nobody"/.test(error.message),
      );
      assert.equal(files.stat(at("nobody")), undefined);
      files.makePrivateFolder(at("elsewhere/deep"));
      files.makePrivateFolder(at("nobody-else"));
      Deno.mkdirSync(at("nobody"));
      files.makePrivateFolder(at("nobody/.config/rustory"));
    } finally {
      if (home === undefined) Deno.env.delete("HOME");
      else Deno.env.set("HOME", home);
    }
  });

  test("reads what was written, and undefined where nothing is", (files, at) => {
    assert.equal(files.readText(at("none")), undefined);
    assert.equal(files.readBytes(at("none/deeper")), undefined);
    assert.equal(files.stat(at("none")), undefined);
    assert.deepEqual(files.list(at("none")), []);
    assert.equal(files.createPrivate(at("a"), "grüße\n"), true);
    assert.equal(files.readText(at("a")), "grüße\n");
    assert.deepEqual(files.readBytes(at("a")), new TextEncoder().encode("grüße\n"));
    assert.equal(files.readText(at("a/below-a-file")), undefined);
    assert.deepEqual(files.readHead(at("a"), 2), new TextEncoder().encode("gr"));
    assert.deepEqual(files.readHead(at("a"), 100), new TextEncoder().encode("grüße\n"));
    assert.equal(files.readHead(at("none"), 2), undefined);
    const long = "0123456789".repeat(20_000);
    files.replacePrivate(at("long"), long);
    assert.equal(decode(files.readHead(at("long"), 1_000_000)!), long);
    assert.equal(decode(files.readHead(at("long"), 150_001)!), long.slice(0, 150_001));
    const info = files.stat(at("a"))!;
    assert.equal(info.kind, "file");
    assert.equal(info.size, 8);
    assert.ok(info.mtimeMs > 1_600_000_000_000);
  });

  test("createPrivate() makes a file of mode 0600 and leaves an existing one", (files, at) => {
    assert.equal(files.createPrivate(at("key"), "one"), true);
    if (POSIX) assert.equal(files.stat(at("key"))!.mode, 0o600);
    assert.equal(files.createPrivate(at("key"), "two"), false);
    assert.equal(files.readText(at("key")), "one");
  });

  test("makePrivateFolder() makes all missing folders 0700 and keeps others", (files, at, root) => {
    Deno.mkdirSync(at("open"), { mode: 0o755 });
    files.makePrivateFolder(at("open/b/c"));
    files.makePrivateFolder(at("open/b/c"));
    if (!POSIX) return;
    assert.equal(files.stat(at("open"))!.mode, 0o755);
    assert.equal(files.stat(at("open/b"))!.mode, 0o700);
    assert.equal(files.stat(at("open/b/c"))!.mode, 0o700);
    assert.deepEqual(files.list(root), ["open"]);
  });

  test("rename() moves a file over another, and says when there is none", (files, at) => {
    files.createPrivate(at("a"), "new");
    files.createPrivate(at("b"), "old");
    assert.equal(files.rename(at("a"), at("b")), true);
    assert.equal(files.readText(at("b")), "new");
    assert.equal(files.rename(at("a"), at("b")), false);
    assert.equal(files.readText(at("b")), "new");
  });

  test("replacePrivate() replaces whole, privately, and leaves nothing beside it", (files, at) => {
    files.makePrivateFolder(at("d"));
    Deno.writeTextFileSync(at("d/config"), "old, and readable by all", { mode: 0o644 });
    files.replacePrivate(at("d/config"), "new");
    assert.equal(files.readText(at("d/config")), "new");
    if (POSIX) assert.equal(files.stat(at("d/config"))!.mode, 0o600);
    assert.deepEqual(files.list(at("d")), ["config"]);
  });

  test("replacePrivate() keeps a link and replaces what it points to", (files, at) => {
    Deno.mkdirSync(at("dotfiles"));
    Deno.writeTextFileSync(at("dotfiles/config"), "old");
    Deno.symlinkSync(at("dotfiles/config"), at("config"));
    files.replacePrivate(at("config"), "new");
    assert.equal(Deno.lstatSync(at("config")).isSymlink, true);
    assert.equal(files.readText(at("dotfiles/config")), "new");
  });

  test("replacePrivate() leaves links that lead nowhere as they are", (files, at) => {
    Deno.symlinkSync(at("b"), at("a"));
    Deno.symlinkSync(at("a"), at("b"));
    assert.throws(() => files.replacePrivate(at("a"), "x"), isIoNaming(at("a")));
    assert.equal(Deno.lstatSync(at("a")).isSymlink, true);
  });

  test("replacePrivate() leaves the old file and no other when it fails", (files, at) => {
    Deno.mkdirSync(at("target"));
    Deno.writeTextFileSync(at("target/inside"), "");
    assert.throws(() => files.replacePrivate(at("target"), "x"), isIoNaming(at("target")));
    assert.deepEqual(files.list(at(".")), ["target"]);
  });

  test("chmod() and remove() act, and remove() says whether there was a file", (files, at) => {
    files.createPrivate(at("f"), "");
    files.chmod(at("f"), 0o644);
    if (POSIX) assert.equal(files.stat(at("f"))!.mode, 0o644);
    assert.equal(files.remove(at("f")), true);
    assert.equal(files.remove(at("f")), false);
  });

  test("a failure is an RrError with code io that names the path", (files, at) => {
    Deno.mkdirSync(at("folder"));
    assert.throws(() => files.readText(at("folder")), isIoNaming(at("folder")));
    assert.throws(() => files.createPrivate(at("none/f"), ""), isIoNaming(at("none/f")));
    assert.throws(() => files.replacePrivate(at("none/f"), ""), isIoNaming(at("none/f")));
    assert.throws(() => files.chmod(at("none"), 0o600), isIoNaming(at("none")));
    files.createPrivate(at("file"), "");
    assert.throws(() => files.makePrivateFolder(at("file/x")), isIoNaming(at("file/x")));
  });
}

function isIoNaming(path: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof RrError && error.code === "io" && error.message.includes(`"${path}"`) &&
    error.cause !== undefined;
}
