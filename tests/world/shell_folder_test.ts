import assert from "node:assert/strict";
import { denoFiles } from "../../src/world/deno.ts";
import { shellFolder } from "../../src/world/shell_folder.ts";

Deno.test("shellFolder() believes $PWD only where it is clean and the same folder", () => {
  const home = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "rr-pwd-" }));
  try {
    Deno.mkdirSync(`${home}/real/p`, { recursive: true });
    Deno.symlinkSync(`${home}/real/p`, `${home}/link`);
    const files = denoFiles();
    const real = `${home}/real/p`;
    const name = (pwd: string | undefined): string | undefined => shellFolder(real, pwd, files);
    assert.equal(name(`${home}/link`), `${home}/link`);
    for (const pwd of [undefined, `${home}/real`, "link", `${home}/x/../link`, `${home}/gone`]) {
      assert.equal(name(pwd), real, pwd);
    }
    assert.equal(shellFolder(undefined, `${home}/link`, files), undefined);
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
});
