import assert from "node:assert/strict";
import { Database } from "../../../src/store/file/database.ts";
import { Meta } from "../../../src/store/file/meta.ts";
import { Incidents } from "../../../src/store/log/incidents.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

const MINUTE_MS = 60_000;

class Lab implements Disposable {
  readonly clock = new FakeClock();
  readonly meta: Meta;
  readonly incidents: Incidents;
  readonly #db = new Database(":memory:", { readOnly: false });

  constructor() {
    this.#db.exec("CREATE TABLE rr_meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID");
    this.meta = new Meta(this.#db);
    this.incidents = new Incidents(this.#db, this.meta, this.clock);
  }

  /** What is told, newest first. */
  told(): unknown[] {
    return this.incidents.recent().map(({ kind, count, peer }) => [kind, count, peer]);
  }

  [Symbol.dispose](): void {
    this.#db[Symbol.dispose]();
  }
}

Deno.test("what goes on is counted up for a quarter of an hour, after that it is another one", async () => {
  using lab = new Lab();
  lab.incidents.add({ kind: "returned", count: 2 });
  await lab.clock.advance(14 * MINUTE_MS);
  lab.incidents.add({ kind: "returned", count: 3 });
  assert.deepEqual(lab.told(), [["returned", 5, ""]]);
  await lab.clock.advance(2 * MINUTE_MS);
  lab.incidents.add({ kind: "returned", count: 7 });
  assert.deepEqual(lab.told(), [["returned", 7, ""], ["returned", 5, ""]]);
  lab.incidents.add({ kind: "returned", count: 1, peer: "other" });
  assert.equal(lab.told().length, 3, "of another peer it is another one");
});

Deno.test("only what was told in the last minutes is told as another kind", async () => {
  using lab = new Lab();
  lab.incidents.add({ kind: "peer-replaced", count: 4, peer: "p" });
  await lab.clock.advance(60 * MINUTE_MS);
  lab.incidents.add({ kind: "peer-replaced", count: 6, peer: "p" });
  lab.incidents.retell("peer-replaced", { kind: "returned" });
  assert.deepEqual(lab.told(), [["returned", 6, ""], ["peer-replaced", 4, "p"]]);
  lab.incidents.retell("cloned", { kind: "returned" });
  assert.equal(lab.told().length, 2, "nothing was told of it");
});

Deno.test("a history that has something happen to it every hour does not fill its table", async () => {
  using lab = new Lab();
  for (let n = 0; n < 40; n++) {
    lab.incidents.add({ kind: "returned", count: n });
    await lab.clock.advance(60 * MINUTE_MS);
  }
  assert.equal(lab.told().length, 16);
  assert.deepEqual(lab.told()[0], ["returned", 39, ""]);
});

Deno.test("what a later version or a person has written is passed over", () => {
  using lab = new Lab();
  lab.meta.set("incidents", "{");
  assert.deepEqual(lab.told(), []);
  lab.meta.set("incidents", JSON.stringify([null, 7, { kind: "cloned" }]));
  assert.deepEqual(lab.told(), []);
  lab.incidents.add({ kind: "cloned" });
  assert.deepEqual(lab.told(), [["cloned", 0, ""]]);
});
