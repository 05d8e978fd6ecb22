import { asksForPins } from "../../src/history/run_filter.ts";
import type { Filter } from "../../src/picker/state/state.ts";
import type { Slice } from "../../src/search/index.ts";
import { sliceOf } from "../search/_index_of.ts";
import { runPicker } from "../../src/cli/picker/run_picker.ts";
import { FakeWorld } from "../fakes/fake_world.ts";
import { FakeTerminal } from "./_fake_terminal.ts";
import { ListSource } from "./_list_source.ts";

class PinningSource extends ListSource {
  readonly #pinned = new Set<string>();

  pinned(): ReadonlySet<string> {
    return new Set(this.#pinned);
  }

  pin(id: number): boolean {
    const command = this.text(id)!;
    if (this.#pinned.delete(command)) return false;
    this.#pinned.add(command);
    return true;
  }
}

/** Lists the pinned commands alone where the query asks for them. */
class PinsOnlySource extends PinningSource {
  override *slices(filter: Filter): Generator<Slice> {
    this.filters.push(filter);
    const all = this.commands.map((command, i) => ({ command: command!, id: i + 1 }));
    const wanted = filter.runs === undefined || !asksForPins(filter.runs)
      ? all
      : all.filter(({ command }) => this.pinned().has(command));
    yield { ...sliceOf(wanted.map(({ command }) => command)), ids: wanted.map(({ id }) => id) };
  }
}

Deno.test("a pin that is taken away while pin: is typed leaves the list, and the place is kept", async () => {
  using world = new FakeWorld({ terminal: true, env: { TERM: "xterm-256color" } });
  await using terminal = new FakeTerminal();
  const source = new PinsOnlySource(["git push", "ls", "make", "pwd"]);
  for (const id of [1, 2, 3]) source.pin(id);
  const outcome = runPicker(world, source, {}, () => Promise.resolve(terminal));
  await terminal.shows((rows) => rows.some((row) => row.includes("pwd")));
  terminal.type("pin:");
  await terminal.shows((rows) => rows[4]?.includes("make") && !/pwd/.test(rows.join()));
  terminal.type("\x1b[B");
  await terminal.shows((rows) => /^>\* .*ls/.test(rows[3]!));
  terminal.type("\x1bp");
  await terminal.shows((rows) => /^>\* .*make/.test(rows[3]!) && !/ls/.test(rows.join()));
  terminal.type("\x03");
  await outcome;
});

Deno.test("alt-p pins the selected command, which has a star from then on, and takes the pin away", async () => {
  using world = new FakeWorld({ terminal: true, env: { TERM: "xterm-256color" } });
  await using terminal = new FakeTerminal();
  const source = new PinningSource(["git push", "ls"]);
  const outcome = runPicker(world, source, {}, () => Promise.resolve(terminal));
  await terminal.shows((rows) => rows[3]?.includes("ls"));
  terminal.type("\x1b[B\x1bp");
  await terminal.shows((rows) =>
    /^>\* .*ls/.test(rows[3]!) && rows.some((row) => /Pinned/.test(row))
  );
  terminal.type("\x1b[A");
  await terminal.shows((rows) => /^> .*git push/.test(rows[2]!) && /^ \* .*ls/.test(rows[3]!));
  terminal.type("\x1b[B\x1bp");
  await terminal.shows((rows) => rows.some((row) => /not pinned any more/.test(row)));
  await terminal.shows((rows) => /^> .*ls/.test(rows[3]!) && !rows[3]!.includes("*"));
  terminal.type("\x03");
  await outcome;
});
