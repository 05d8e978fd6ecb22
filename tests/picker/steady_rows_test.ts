/** What is recorded, or comes from other devices, while the picker is open. */
import assert from "node:assert/strict";
import { historySource } from "../../src/cli/picker/history_source.ts";
import { runPicker } from "../../src/cli/picker/run_picker.ts";
import type { DeviceId } from "../../src/history/entry.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { makeEntry } from "../fakes/entries.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeWorld } from "../fakes/fake_world.ts";
import { FakeTerminal } from "./_fake_terminal.ts";

const PLACE = {
  deviceId: "desk" as DeviceId,
  userId: "ana",
  cwd: "/srv",
  workspace: undefined,
  session: "s1",
};
const VERBS = ["pull", "push", "add", "log"];

/** The rows of the list, the selected one begins with `>`. */
function listed(screen: readonly string[]): string[] {
  const query = screen.findIndex((row) => /^> .*\d+\/\d+ *$/.test(row));
  const end = screen.findIndex((row) => row.startsWith("──"));
  return screen.slice(query + 1, end).filter((row) => row.trim() !== "");
}

for (const newestFirst of [false, true]) {
  Deno.test(`no row moves for what is recorded meanwhile, ${newestFirst ? "newest first" : "by likelihood"}`, async () => {
    const clock = new FakeClock();
    using world = new FakeWorld({
      terminal: true,
      env: { TERM: "xterm-256color", LANG: "C.UTF-8" },
      clock,
    });
    using history = openHistory(":memory:", world);
    let count = 0;
    const record = (command: string): void => {
      const startedAtMs = clock.now() - 3_600_000 + count++;
      history.log.append([makeEntry({ command, startedAtMs, session: "s1" })]);
    };
    for (let i = 0; i < 400; i++) record(`git ${VERBS[i % 4]} ${i % 40}`);
    while (history.index.catchUp() > 0);
    const arrive = (): void => {
      record(`git push new ${count}`);
      record(`git pull ${count % 40}`); // one of those shown is the newest now
      while (history.index.catchUp() > 0);
    };
    await using terminal = new FakeTerminal(80, 24);
    const source = historySource({ search: history.search, deleteCommand: () => 0 }, PLACE);
    const filter = { scope: "all", okOnly: false, newestFirst } as const;
    const outcome = runPicker(world, source, { filter }, () => Promise.resolve(terminal));
    const after = async (typed: string, query: string): Promise<string[]> => {
      terminal.type(typed);
      const isThere = new RegExp(`^> ${query} .*[^+]\\d+/40$`);
      return listed(
        await terminal.shows((rows) => rows.some((row) => isThere.test(row.trimEnd()))),
      );
    };
    const first = await after("g", "g");
    arrive();
    let query = "g";
    for (const letter of "it pu") {
      await after(letter, query += letter);
      arrive();
    }
    await after("\x7f", "git p");
    // Back where it was, the list is what it was.
    assert.deepEqual(await after("\x7f\x7f\x7f\x7f", "g"), first);
    terminal.type("\x1b[B\x1b[B");
    const isThird = (rows: readonly string[]): boolean => listed(rows)[2]?.startsWith(">") ?? false;
    const moved = listed(await terminal.shows(isThird));
    arrive();
    // To another question and back: the best is selected again.
    await after("x", "gx");
    assert.deepEqual(await after("\x7f", "g"), first);
    terminal.type("\x1b[B\x1b[B");
    assert.deepEqual(listed(await terminal.shows(isThird)), moved);
    arrive();
    terminal.type("\r");
    const chosen = await outcome;
    assert.ok(chosen.kind === "chosen" && moved[2]!.includes(chosen.command));
  });
}
