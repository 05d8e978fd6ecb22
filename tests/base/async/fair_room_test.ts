import assert from "node:assert/strict";
import { FairRoom } from "../../../src/base/async/fair_room.ts";

Deno.test("a FairRoom sends away who waits longest of the place that has most, and gives what the task gave", async () => {
  const room = new FairRoom(3);
  const gone: string[] = [];
  const ends = new Map<string, (value: string) => void>();
  const admit = (place: string, name: string): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    ends.set(name, resolve);
    return room.admit(place, () => gone.push(name), () => promise);
  };
  const first = admit("here", "first");
  for (const name of ["one", "two", "three"]) void admit("there", name);
  assert.deepEqual(gone, ["one"]);
  ends.get("first")!("done");
  assert.equal(await first, "done");
  void admit("there", "four");
  assert.deepEqual(gone, ["one"], "there was room again");
  void admit("here", "second");
  assert.deepEqual(gone, ["one", "two"]);
});
