/** What the daemon answers to the keys of shells, from a real history. */
import assert from "node:assert/strict";
import type { HistoryContext } from "../../../../src/app/daemon/context.ts";
import {
  type ShellAnswers,
  shellAnswers,
} from "../../../../src/app/daemon/shells/shell_answers.ts";
import type { DeviceId } from "../../../../src/history/entry.ts";
import { type History, openHistory } from "../../../../src/store/file/open_history.ts";
import { drive } from "../../../fakes/drive.ts";
import { makeEntry } from "../../../fakes/entries.ts";
import { FakeClock } from "../../../fakes/fake_clock.ts";
import { FakeWorld } from "../../../fakes/fake_world.ts";

const DEVICE = "here" as DeviceId;
const START = Date.UTC(2024, 0, 1);

class Lab implements Disposable {
  readonly clock = new FakeClock();
  readonly world = new FakeWorld({ clock: this.clock });
  readonly history: History = openHistory(":memory:", this.world);
  readonly answers: ShellAnswers;
  waiting: (() => void) | undefined;
  finds = 0;
  #count = 0;

  constructor() {
    const { search, log } = this.history;
    const counted = {
      find: (query: Parameters<History["search"]["find"]>[0]) => {
        this.finds++;
        return search.find(query);
      },
      entriesById: (ids: readonly string[]) => search.entriesById(ids),
    };
    const context = {
      deps: { world: this.world },
      history: { search: counted, log },
      config: () => ({ intake: { deviceId: DEVICE } }),
    };
    const ingest = (): Promise<void> => {
      this.waiting?.();
      this.waiting = undefined;
      return Promise.resolve();
    };
    this.answers = shellAnswers(context as unknown as HistoryContext, ingest);
  }

  run(...commands: readonly string[]): void {
    this.history.log.append(commands.map((command) => {
      const startedAtMs = START + ++this.#count * 1000;
      return makeEntry({ command, startedAtMs, deviceId: DEVICE, cwd: "/w", session: "s1" });
    }));
  }

  suggest(text = "", session = "s1"): Promise<string | undefined> {
    return drive(this.clock, this.answers.suggest({ session, cwd: "/w", text }));
  }

  /** Until all is read that is read behind the first answer. */
  async settle(): Promise<void> {
    await this.suggest();
    for (let turns = 0; turns < 20; turns++) {
      await this.clock.advance(0);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  earlier(text = "", skip = 0): Promise<readonly string[]> {
    return drive(this.clock, this.answers.earlier({ session: "s1", text, skip }));
  }

  [Symbol.dispose](): void {
    this.answers[Symbol.dispose]();
    this.history[Symbol.dispose]();
    this.world[Symbol.dispose]();
  }
}

Deno.test("shellAnswers() offers what goes on from the line, and counts the command just run", async () => {
  using lab = new Lab();
  assert.equal(await lab.suggest(), undefined, "an empty history");
  lab.run("vi a.c", "make", "vi a.c", "make", "ls -l", "vi a.c");
  assert.equal(await lab.suggest(), "make");
  assert.equal(await lab.suggest("l"), "ls -l");
  assert.equal(await lab.suggest("ls -l"), undefined);
  assert.equal(await lab.suggest("L"), undefined);
  lab.waiting = () => lab.run("make");
  assert.notEqual(await lab.suggest(), "make", "what was still in the spool is taken in first");
});

Deno.test("shellAnswers() never offers a command that would run as something else than is seen", async () => {
  using lab = new Lab();
  lab.run("ls\nrm -rf x", "ls \x1b[2K\x1b[1Gecho", "ls \u202edm", "ls -a");
  assert.equal(await lab.suggest("ls"), "ls -a");
  assert.deepEqual(await lab.earlier("ls\n"), ["ls\nrm -rf x"], "Up gives all of a command");
});

Deno.test("shellAnswers() walks back through the session, part by part, each command once", async () => {
  using lab = new Lab();
  const all = Array.from({ length: 45 }, (_, i) => `step ${i}`);
  lab.run(...all, "step 3", "x".repeat(70_000));
  const walked: string[] = [];
  for (;;) {
    const more = await lab.earlier("", walked.length);
    if (more.length === 0) break;
    assert.ok(more.length <= 20);
    walked.push(...more);
  }
  assert.deepEqual(walked, ["step 3", ...all.filter((one) => one !== "step 3").reverse()]);
  assert.deepEqual(await lab.earlier("step 44"), []);
  lab.run("a".repeat(3_000), "b".repeat(3_000));
  assert.equal((await lab.earlier()).length, 1, "long ones come one by one");
});

Deno.test("shellAnswers() offers nothing that was deleted, and reads the history only when it must", async () => {
  using lab = new Lab();
  lab.run("secret one", "ls");
  assert.equal(await lab.suggest("sec"), "secret one");
  await lab.settle();
  const before = lab.finds;
  lab.run("pwd");
  assert.equal(await lab.suggest("p"), "pwd");
  assert.equal(lab.finds, before, "what is added is followed");
  lab.history.removal.delete({ command: "secret one" }, "here");
  assert.equal(await lab.suggest("sec"), undefined);
  assert.deepEqual(await lab.earlier("sec"), []);
  assert.equal(await lab.suggest("p"), "pwd");
});

Deno.test("shellAnswers() gives its memory back after ten minutes, and reads anew then", async () => {
  using lab = new Lab();
  lab.run("ls");
  await lab.settle();
  const before = lab.finds;
  await lab.clock.advance(9 * 60_000);
  await lab.suggest();
  assert.equal(lab.finds, before);
  await lab.clock.advance(10 * 60_000);
  await lab.suggest();
  assert.ok(lab.finds > before);
});

Deno.test("shellAnswers() reads many runs of one moment once each, and no more than it needs", async () => {
  using lab = new Lab();
  const entries = Array.from(
    { length: 2_500 },
    (_, i) => makeEntry({ command: `echo ${i}`, startedAtMs: START, deviceId: DEVICE }),
  );
  lab.history.log.append(entries);
  assert.equal(await lab.suggest("echo 2"), "echo 2498", "at once, from the newest");
  assert.equal(lab.finds, 1);
  await lab.settle();
  assert.equal(await lab.suggest("echo 1234"), undefined);
  assert.equal(await lab.suggest("echo 24"), "echo 2498", "not the one just run");
  assert.equal(await lab.suggest("echo 1"), "echo 1999");
  assert.ok(lab.finds <= 7, `${lab.finds} pages`);
});

Deno.test("shellAnswers() reads the history anew where a lot was added at once", async () => {
  using lab = new Lab();
  lab.run("ls");
  await lab.settle();
  const before = lab.finds;
  lab.run(...Array.from({ length: 2_100 }, (_, i) => `made ${i}`));
  assert.equal(await lab.suggest("made 20"), "made 2098");
  assert.ok(lab.finds > before);
});
