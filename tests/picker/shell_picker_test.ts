/** The daemon's picker before anybody has asked for one. */
import assert from "node:assert/strict";
import { shellPicker } from "../../src/cli/picker/shell_picker.ts";
import { loadSettings } from "../../src/config/load.ts";
import type { PickRequest } from "../../src/control/shell_request.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import type { ForeignTerminal } from "../../src/world/foreign_terminal.ts";
import { makeEntry } from "../fakes/entries.ts";
import { FakeWorld } from "../fakes/fake_world.ts";
import { FakeTerminal } from "./_fake_terminal.ts";

class ShellsTerminal extends FakeTerminal implements ForeignTerminal {
  onResize(): Disposable {
    return { [Symbol.dispose]: () => {} };
  }
}

Deno.test("after warmUp() the first picker of a new shell has rows without an order being asked for", async () => {
  using world = new FakeWorld({ env: { RUSTORY_DEVICE_ID: "laptop" } });
  using history = openHistory(":memory:", world);
  history.log.append(["git push", "ls"].map((command) => makeEntry({ command })));
  const picker = shellPicker(world, () => loadSettings(world, {}, { needs: [] }));
  const { signal } = new AbortController();
  await picker.warmUp(history, signal);
  assert.equal(world.takeOut() + world.takeErr(), "", "nobody sees it");

  const { search } = history;
  const rankedCommands = search.rankedCommands.bind(search);
  await using terminal = new ShellsTerminal();
  let shownWhenAsked: string | undefined;
  search.rankedCommands = (...args) => {
    shownWhenAsked ??= terminal.written;
    return rankedCommands(...args);
  };
  const answer = picker.open(requestFrom(world.home), history)!(terminal, signal);
  await terminal.shows(() => shownWhenAsked !== undefined);
  terminal.type("\x03");
  await answer;
  assert.match(shownWhenAsked!, /git push/);
});

Deno.test("warmUp() draws nothing where another program is the picker", async () => {
  using world = new FakeWorld({ env: { RUSTORY_SEARCH_UI: "fzf" } });
  using history = openHistory(":memory:", world);
  history.log.append([makeEntry({ command: "ls" })]);
  history.search.rankedCommands = () => assert.fail("asked for an order");
  const picker = shellPicker(world, () => loadSettings(world, {}, { needs: [] }));
  await picker.warmUp(history, new AbortController().signal);
});

Deno.test("warmUp() starts nothing, not even what is due behind a picker", async () => {
  using world = new FakeWorld();
  const settings = loadSettings(world, {}, { needs: [] });
  using history = openHistory(settings.dbPath, world);
  history.log.append([makeEntry({ command: "ls" })]);
  history.removal.delete({ command: "ls" }, "here");
  assert.equal(history.removal.scrubDue(), true);
  await shellPicker(world, () => settings).warmUp(history, new AbortController().signal);
  assert.deepEqual(world.started, []);
});

function requestFrom(cwd: string): PickRequest {
  return {
    ...{ tty: "/dev/pts/0", identity: "1:2", columns: 80, rows: 24, term: "xterm", cwd },
    ...{
      session: "new",
      up: false,
      noColour: false,
      locale: "C.UTF-8",
      inTmux: false,
      tmux: undefined,
    },
    ...{ ahead: false, query: "" },
  };
}
