/** The pictures of the README show what the program shows now. */
import assert from "node:assert/strict";
import { picturePath, pictures, SCENES } from "../../scripts/pictures.ts";

for (const scene of SCENES) {
  Deno.test(`the picture of ${scene.name} is what the program shows`, async () => {
    for (const [theme, svg] of Object.entries(await pictures(scene))) {
      const checkedIn = await Deno.readTextFile(picturePath(scene, theme));
      assert.equal(svg, checkedIn, "run `deno task pictures`");
    }
  });
}
