import assert from "node:assert/strict";
import { RrError } from "../../src/base/rr_error.ts";
import { daemonHolder, lockDaemon, roleLockPath } from "../../src/process/lock.ts";
import { FakeWorld } from "../fakes/fake_world.ts";
import { startScript } from "../fakes/child_process.ts";

const HOLDER = new URL("_lock_holder.ts", import.meta.url);

function isBusy(pattern: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof RrError, String(error));
    assert.equal(error.code, "busy");
    assert.match(error.message, pattern);
    return true;
  };
}

Deno.test("every version of rr asks the same file whether there is a daemon", () => {
  assert.equal(roleLockPath("/srv/none/history.db", "daemon"), "/srv/none/history.db.daemon.lock");
  assert.equal(roleLockPath("/srv/none/history.db", "serve"), "/srv/none/history.db.serve.lock");
});

Deno.test("lockDaemon() lets one in and names him to the next", () => {
  using world = new FakeWorld();
  const db = `${world.home}/history.db`;
  assert.equal(daemonHolder(db, world), undefined);
  {
    using _lock = lockDaemon(db, world);
    assert.deepEqual(daemonHolder(db, world), { pid: world.pid, sinceMs: world.clock.now() });
    assert.throws(
      () => lockDaemon(db, world),
      isBusy(new RegExp(`process ${world.pid}, since 20`)),
    );
    assert.equal(world.files.stat(roleLockPath(db, "daemon"))?.mode, 0o600);
  }
  assert.equal(daemonHolder(db, world), undefined);
  lockDaemon(db, world)[Symbol.dispose]();
});

Deno.test("lockDaemon() knows a database behind a symbolic link", () => {
  using world = new FakeWorld();
  Deno.mkdirSync(`${world.home}/real`);
  Deno.writeTextFileSync(`${world.home}/real/history.db`, "");
  Deno.symlinkSync("real", `${world.home}/linked`);
  Deno.symlinkSync("real/history.db", `${world.home}/alias.db`);
  using _lock = lockDaemon(`${world.home}/linked/history.db`, world);
  assert.throws(() => lockDaemon(`${world.home}/alias.db`, world), isBusy(/process/));
  using _other = lockDaemon(`${world.home}/linked/new.db`, world);
  assert.throws(() => lockDaemon(`${world.home}/real/new.db`, world), isBusy(/process/));
});

Deno.test("lockDaemon() takes no file that is something else", () => {
  using world = new FakeWorld();
  const db = `${world.home}/history.db`;
  Deno.writeTextFileSync(
    roleLockPath(db, "daemon"),
    "these are somebody's notes, not a lock\n".repeat(50),
  );
  assert.throws(
    () => lockDaemon(db, world),
    (error) => error instanceof RrError && error.code === "database",
  );
});

Deno.test("daemonHolder() does not disturb a daemon that is starting", () => {
  using world = new FakeWorld();
  const db = `${world.home}/history.db`;
  for (let round = 0; round < 20; round++) {
    assert.equal(daemonHolder(db, world), undefined);
    using _lock = lockDaemon(db, world);
    assert.ok(daemonHolder(db, world));
  }
});

Deno.test("lockDaemon() lets exactly one of many processes in, and the next after a kill -9", async () => {
  using world = new FakeWorld();
  const db = `${world.home}/history.db`;
  await using stack = new AsyncDisposableStack();
  const children = Array.from({ length: 5 }, () => stack.use(startScript(HOLDER, [db])));
  const said = await Promise.all(children.map((child) => child.line()));
  const holders = children.filter((_, i) => said[i]!.startsWith("held"));
  assert.equal(holders.length, 1, said.join("\n"));
  const [holder] = holders as [typeof holders[0]];
  for (const line of said.filter((line) => !line.startsWith("held"))) {
    assert.match(line, new RegExp(`^busy Cannot start: a daemon \\(process ${holder!.pid}, since`));
  }
  assert.equal(daemonHolder(db, world)?.pid, holder!.pid);
  holder!.kill("SIGKILL");
  await holder!.status;
  assert.equal(daemonHolder(db, world), undefined);
  const next = stack.use(startScript(HOLDER, [db]));
  assert.equal(await next.line(), `held ${next.pid}`);
});

Deno.test("a lock with our process number but of another time is written anew", () => {
  using world = new FakeWorld();
  const db = `${world.home}/history.db`;
  const sinceMs = world.clock.now();
  lockDaemon(db, world)[Symbol.dispose]();
  world.clock.jumpTo(sinceMs + 5_000);
  using _lock = lockDaemon(db, world);
  assert.deepEqual(daemonHolder(db, world), { pid: world.pid, sinceMs: sinceMs + 5_000 });
});
