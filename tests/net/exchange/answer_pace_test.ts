import assert from "node:assert/strict";
import { AnswerPace } from "../../../src/net/exchange/answer_pace.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

Deno.test("AnswerPace takes a slow line for progress, and a drip of bytes for none", async () => {
  for (const [bytesPerSecond, keeps] of [[600, true], [1, false]] as const) {
    const clock = new FakeClock();
    const pace = new AnswerPace(clock);
    assert.ok(pace.keeps(bytesPerSecond), "the first bytes are progress");
    let last = true;
    for (let second = 0; second < 30; second++) {
      await clock.advance(1000);
      last = pace.keeps(bytesPerSecond);
    }
    assert.equal(last, keeps, `${bytesPerSecond} bytes a second`);
  }
});
