/** A disk that is mounted read-only, which the bits of a mode do not tell. */
import assert from "node:assert/strict";

const LOOK = `
  const { isWritable } = await import(Deno.args[0]);
  console.log(Deno.args.slice(1).map(isWritable).join());`;

const MOUNT = `set -e
  mount -t tmpfs none "$1"; touch "$1/file"; mount -o remount,ro "$1"
  exec "$2" run --quiet --allow-all "$3" "$4" "$1" "$1/file" "$5"`;

Deno.test({
  name: "isWritable() is false for what lies on a disk that is mounted read-only",
  ignore: Deno.build.os !== "linux", // mounts of its own
  fn: async () => {
    const root = Deno.makeTempDirSync({ prefix: "rr-read-only-" });
    try {
      const [disk, script] = [`${root}/disk`, `${root}/look.ts`];
      Deno.mkdirSync(disk);
      Deno.writeTextFileSync(script, LOOK);
      const file = new URL("../../src/cli/commands/setup/start_paths.ts", import.meta.url).href;
      const { code, stdout, stderr } = await new Deno.Command("unshare", {
        args: ["--map-root-user", "--mount", "sh", "-c", MOUNT, "sh"]
          .concat(disk, Deno.execPath(), script, file, root),
      }).output();
      const said = new TextDecoder().decode(stderr);
      if (/unshare:|mount:/.test(said)) return; // not allowed to, as in many containers
      assert.equal(code, 0, said);
      assert.equal(new TextDecoder().decode(stdout), "false,false,true\n");
    } finally {
      Deno.removeSync(root, { recursive: true });
    }
  },
});
