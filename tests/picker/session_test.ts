/** When the picker draws while commands are still being loaded. */
import assert from "node:assert/strict";
import { runPicker } from "../../src/cli/picker/run_picker.ts";
import type { Filter } from "../../src/picker/state/state.ts";
import type { Slice } from "../../src/search/index.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeWorld } from "../fakes/fake_world.ts";
import { FakeTerminal } from "./_fake_terminal.ts";
import { ListSource } from "./_list_source.ts";
import { sliceOf } from "../search/_index_of.ts";

/** A history that has always two more commands. */
class EndlessSource extends ListSource {
  override *slices(): Generator<Slice> {
    for (;;) {
      const ids = [
        this.commands.push("git push"),
        this.commands.push(`make ${this.commands.length}`),
      ];
      yield { ...sliceOf(ids.map((id) => this.commands[id - 1]!)), ids };
    }
  }
}

Deno.test("a key is answered by what was found so far, while more is being loaded", async () => {
  // On a clock that stands it is never time for a partial result.
  using world = new FakeWorld({
    terminal: true,
    env: { TERM: "xterm-256color" },
    clock: new FakeClock(),
  });
  await using terminal = new FakeTerminal();
  const outcome = runPicker(world, new EndlessSource([]), {}, () => Promise.resolve(terminal));
  await terminal.shows((rows) => rows.some((row) => row.includes("git push")));
  terminal.type("mak");
  await terminal.shows((rows) =>
    rows.some((row) => row.includes("> mak")) && rows.some((row) => /make \d/.test(row)) &&
    !rows.some((row) => row.includes("git push"))
  );
  terminal.type("\x03");
  assert.deepEqual(await outcome, { kind: "cancelled" });
});

/** A history whose slices each take longer than the picker works at a time. */
class SlowSource extends ListSource {
  readonly #clock: FakeClock;

  constructor(commands: readonly string[], clock: FakeClock) {
    super(commands);
    this.#clock = clock;
  }

  override *slices(filter: Filter): Generator<Slice> {
    for (const slice of super.slices(filter)) {
      void this.#clock.advance(50);
      yield slice;
    }
  }
}

Deno.test("the first frame has rows, however long the first commands take to be read", async () => {
  const clock = new FakeClock();
  using world = new FakeWorld({ terminal: true, env: { TERM: "xterm-256color" }, clock });
  await using terminal = new FakeTerminal();
  const frames: string[] = [];
  const write = terminal.write.bind(terminal);
  terminal.write = (text): void => {
    frames.push(text);
    write(text);
  };
  const source = new SlowSource(["git push", "make"], clock);
  const outcome = runPicker(world, source, {}, () => Promise.resolve(terminal));
  await terminal.shows((rows) => rows.some((row) => row.includes("git push")));
  assert.match(frames[1]!, /git push/, "the one after the opening");
  terminal.type("\x03");
  await outcome;
});
