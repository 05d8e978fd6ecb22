/** `deno task reference`: writes `docs/commands.md` and `rr.1` anew from the command table. */
import { manualPage, markdownReference } from "../src/cli/line/reference.ts";
import { VERSION } from "../src/version.ts";
import { ROOT } from "./tools.ts";

await Deno.writeTextFile(`${ROOT}docs/commands.md`, await markdownReference());
await Deno.writeTextFile(`${ROOT}rr.1`, await manualPage(VERSION));
