/** Writes the unit files of `service/` from their one source, src/service/. */
import { shippedFiles } from "../src/service/shipped_files.ts";

const folder = new URL("../service/", import.meta.url);
for (const [name, text] of await shippedFiles()) {
  await Deno.writeTextFile(new URL(name, folder), text);
}
