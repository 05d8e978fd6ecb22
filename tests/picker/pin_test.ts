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
