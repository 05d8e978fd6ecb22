import assert from "node:assert/strict";
import { startProgress, startStages } from "../../../src/cli/print/progress.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";

Deno.test("a bar is never wider than the terminal, so that the next one can be drawn over it", () => {
  for (const columns of [20, 40, 60, 80]) {
    using world = new FakeWorld({ terminal: true, columns });
    using stages = startStages(world);
    stages.at(0.5, "looking for a service manager");
    const [shown = ""] = world.takeErr().split("\x1b[K").slice(1);
    assert.ok(shown.length < columns, shown);
    assert.match(shown, /50 % looking/);
    assert.equal(shown.includes("#"), columns >= 60, shown);
  }
});

Deno.test("a bar is whole where the width is not known", () => {
  using world = new FakeWorld({ terminal: true });
  using progress = startProgress(world, "import");
  world.clock.advance(1_000);
  progress.update(1, 2);
  assert.match(world.takeErr(), /\[#{14} {14}\] import: 1\/2 \(50 %\)$/);
});
