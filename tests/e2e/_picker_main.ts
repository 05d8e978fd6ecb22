/** `rr search -i` over a list of commands instead of a history: `_picker_main.ts FILE [--widget]`. */
import { exitCodeOfOutcome, widgetAnswer } from "../../src/cli/picker/outcome.ts";
import { runFzf } from "../../src/cli/picker/fzf.ts";
import { runPicker } from "../../src/cli/picker/run_picker.ts";
import { systemWorld } from "../../src/world/system.ts";
import { ListSource } from "../picker/_list_source.ts";

const world = await systemWorld();
const [file, query = "", ui = ""] = world.args;
const commands = JSON.parse(world.files.readText(file!)!) as string[];
const source = new ListSource(commands);
const outcome = ui === "fzf"
  ? await runFzf(source, { query })
  : await runPicker(world, source, { query });
world.stdout.write(widgetAnswer(outcome));
world.exit(exitCodeOfOutcome(outcome));
