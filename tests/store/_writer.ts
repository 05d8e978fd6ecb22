/**
 * A process that writes to a history until it is stopped: `deno run _writer.ts PATH SEED COUNT BATCH`.
 *
 * Opens the history when it reads a line on its input, and prints a line after every batch.
 */
import { generateEntries } from "../fakes/history_generator.ts";
import { open } from "./_open.ts";

const [path, seed, count, batch] = [Deno.args[0]!, ...Deno.args.slice(1).map(Number)] as [
  string,
  number,
  number,
  number,
];
const entries = generateEntries(count, { seed });
say("ready");
Deno.stdin.readSync(new Uint8Array(16));
try {
  using history = open(path);
  say("open");
  for (let i = 0; i < count; i += batch) {
    const part = entries.slice(i, i + batch);
    const state = { cursor: i + part.length, lastId: part.at(-1)!.id };
    say(`stored ${history.log.appendPulled(`peer-${seed}`, part, state).inserted}`);
    history.index.catchUp(batch);
  }
  say("done");
} catch (error) {
  say(`failed ${(error as { code?: string }).code} ${(error as Error).message}`);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
