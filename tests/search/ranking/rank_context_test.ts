import assert from "node:assert/strict";
import { rankCommands } from "../../../src/search/ranking/rank_commands.ts";
import { rankContext } from "../../../src/search/ranking/rank_context.ts";

const PLACES = [
  [1, { cwd: "/src/app/deep", deviceId: "here" }],
  [2, { cwd: "/src/app", deviceId: "here" }],
  [3, { cwd: "/src/app/deep", deviceId: "there" }],
  [4, { cwd: "/src/application", deviceId: "here" }],
  [5, { cwd: "/src/app/other", deviceId: "third" }],
  [6, { cwd: "/", deviceId: "here" }],
] as const;

Deno.test("rankContext() is nearest in the folder itself, half as near in its work tree", () => {
  const here = { deviceId: "here", cwd: "/src/app/deep", workspace: "/src/app" };
  const context = rankContext(PLACES, here, 7);
  assert.equal(context.session, 7);
  assert.deepEqual(PLACES.map(([id]) => context.nearness(id)), [1, 0.5, 1, 0, 0.5, 0]);
  const hosts = PLACES.map(([id]) => context.hostOf(id));
  assert.deepEqual(hosts.map((host) => host === context.ownHost), [
    ...[true, true, false, true],
    ...[false, true],
  ]);
  assert.equal(new Set(hosts).size, 3);
  // What is no place of theirs is no host and near to nothing.
  assert.deepEqual([context.hostOf(9), context.nearness(9)], [-1, 0]);
});

Deno.test("rankContext() knows no near place where the folder is gone", () => {
  const gone = { deviceId: "here", cwd: undefined, workspace: undefined };
  const context = rankContext(PLACES, gone, -1);
  assert.deepEqual(PLACES.map(([id]) => context.nearness(id)), [0, 0, 0, 0, 0, 0]);
});

Deno.test("a command of the work tree comes before a newer one of elsewhere, behind one of the folder", () => {
  const here = { deviceId: "here", cwd: "/src/app/deep", workspace: "/src/app" };
  const [folder, tree, elsewhere] = [10, 11, 12];
  const runs = {
    commands: [folder, tree, elsewhere, 13],
    sessions: [0, 0, 0, 0],
    places: [1, 2, 6, 6],
    exitCodes: [0, 0, 0, 0],
  };
  const order = rankCommands(runs, rankContext(PLACES, here, -1));
  const at = (command: number): number => order.indexOf(command);
  assert.ok(at(folder) < at(tree) && at(tree) < at(elsewhere), String(order));
});
