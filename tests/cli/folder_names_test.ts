/** One folder with several names is one folder to every verb, whichever name is asked for. */
import assert from "node:assert/strict";
import { type HistoryReads, historySource } from "../../src/cli/picker/history_source.ts";
import { foldersHere } from "../../src/cli/flags/run_filter_flags.ts";
import type { DeviceId } from "../../src/history/entry.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import type { FakeWorld } from "../fakes/fake_world.ts";
import { annsWorld, entriesOf, rr, writeConfig } from "./_run.ts";

/** Two runs in a folder, one by its own name and one through a link to its parent. */
async function twoNames(
  world: FakeWorld,
): Promise<{ readonly real: string; readonly link: string }> {
  const home = Deno.realPathSync(world.home);
  const [real, link] = [`${home}/srv/app`, `${home}/work/app`];
  Deno.mkdirSync(real, { recursive: true });
  Deno.symlinkSync(`${home}/srv`, `${home}/work`);
  await rr(world, "record", "--cmd", "make real", "--cwd", real);
  await rr(world, "record", "--cmd", "make link", "--cwd", link);
  await rr(world, "record", "--cmd", "make else", "--cwd", `${home}/other`);
  return { real, link };
}

const BOTH = ["make link", "make real"];

async function found(world: FakeWorld, ...args: string[]): Promise<string[]> {
  const { out, err } = await rr(world, "search", ...args);
  assert.equal(err, "");
  return out.trimEnd().split("\n").filter((line) => line !== "").sort();
}

Deno.test("search finds the runs of a folder by any of its names, indexed or not", async () => {
  using world = annsWorld();
  const { real, link } = await twoNames(world);
  const [above, linkAbove] = [real, link].map((path) => path.slice(0, path.lastIndexOf("/")));
  const asked = [
    ...[real, link].flatMap((folder) => [["--cwd", folder], [`in:${folder}`], [`cwd:${folder}`]]),
    ...[real, link, above!, linkAbove!].flatMap((folder) => [
      ["--below", folder],
      [`below:${folder}`],
    ]),
    ["--cwd", `${link}/../app/`],
  ];
  for (const isIndexed of [false, true]) {
    if (isIndexed) {
      using history = openHistory(`${world.home}/.rustory/history.db`, world);
      while (history.index.catchUp() > 0);
    }
    for (const words of asked) {
      assert.deepEqual(await found(world, ...words), BOTH, words.join(" "));
      // Beyond the newest rows, too: a word that is nowhere leads there.
      assert.deepEqual(await found(world, "--limit", "5000", ...words), BOTH, words.join(" "));
    }
  }
  assert.deepEqual(await found(world, `!in:${link}`), ["make else"]);
  Deno.removeSync(real);
  assert.deepEqual(await found(world, `in:${real}`), BOTH, "after the folder is gone");
});

Deno.test("stats counts a folder with two names once, and delete takes the runs of both", async () => {
  using world = annsWorld();
  const { real, link } = await twoNames(world);
  await rr(world, "record", "--cmd", "make again", "--cwd", link);
  const stats = JSON.parse((await rr(world, "stats", "--json")).out);
  assert.deepEqual(
    stats.folders.map(({ cwd, runs }: { cwd: string; runs: number }) => [cwd, runs]),
    [[link, 3], [`${Deno.realPathSync(world.home)}/other`, 1]],
  );
  assert.equal(JSON.parse((await rr(world, "stats", "--json", "--cwd", real)).out).runs, 3);
  await rr(world, "delete", "--yes", "--cwd", real);
  assert.deepEqual(entriesOf(world).map(({ command }) => command), ["make else"]);
});

Deno.test("the picker's scopes hold the runs of a folder by any of its names", async () => {
  using world = annsWorld();
  const { real, link } = await twoNames(world);
  using history = openHistory(`${world.home}/.rustory/history.db`, world);
  for (const here of [real, link]) {
    for (const scope of ["directory", "workspace"] as const) {
      assert.deepEqual(commandsIn(world, history, here, scope), BOTH, `${scope} ${here}`);
    }
  }
});

function commandsIn(
  world: FakeWorld,
  { search }: Pick<HistoryReads, "search">,
  cwd: string,
  scope: "directory" | "workspace",
): string[] {
  const source = historySource({ search, deleteCommand: () => 0 }, {
    deviceId: "laptop" as DeviceId,
    userId: "ann",
    cwd,
    workspace: cwd,
    session: undefined,
    folders: foldersHere(world, { home: world.home }),
  });
  const commands: string[] = [];
  const slices = source.slices({ scope, okOnly: false });
  for (let next = slices.next(); !next.done; next = slices.next()) {
    commands.push(...Array.from(next.value.ids, (id) => source.text(id)!));
  }
  return commands.sort();
}

Deno.test("a filter by a folder that is gone means no folder, and not all of them", async () => {
  using world = annsWorld();
  await twoNames(world);
  using lost = annsWorld({ env: { HOME: world.home }, cwd: undefined });
  for (const word of ["in:.", "in:", "below:.", "below:"]) {
    assert.deepEqual(await found(lost, word), [], word);
    await rr(lost, "delete", "--yes", word);
  }
  assert.equal(entriesOf(world).length, 3);
});

Deno.test("a link that is led into an ignored folder is ignored from then on", async () => {
  using world = annsWorld();
  const home = Deno.realPathSync(world.home);
  writeConfig(world, 'record_ignore_dirs = ["~/secret"]\n');
  for (const folder of ["secret", "open"]) Deno.mkdirSync(`${home}/${folder}`);
  Deno.symlinkSync(`${home}/open`, `${home}/now`);
  await rr(world, "record", "--cmd", "one", "--cwd", `${home}/now`);
  Deno.removeSync(`${home}/now`);
  Deno.symlinkSync(`${home}/secret`, `${home}/now`);
  await rr(world, "record", "--cmd", "two", "--cwd", `${home}/now`);
  assert.deepEqual(entriesOf(world).map(({ command }) => command), ["one"]);
});
