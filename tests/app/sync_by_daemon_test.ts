/** A sync that the running daemon is asked for. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import { syncByDaemon } from "../../src/app/sync_by_daemon.ts";
import { silentLogger } from "../../src/base/log.ts";
import { systemClock } from "../../src/base/clock.ts";
import { DaemonSilent } from "../../src/control/client.ts";
import { type ControlHandlers, serveControl } from "../../src/control/server.ts";
import { controlSocketPath } from "../../src/control/socket_path.ts";
import { lockDaemon } from "../../src/process/lock.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

const never = (_params: unknown, signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

async function* onceAndNeverAgain(params: unknown, signal: AbortSignal): AsyncGenerator<unknown> {
  yield { peers: [] };
  await never(params, signal);
}

Deno.test("syncByDaemon() ends when the daemon falls silent over the sync", async () => {
  const handlers = {
    status: () => Promise.resolve({ push: true }),
    watch: onceAndNeverAgain,
    sync: never,
  };
  await assert.rejects(ask(handlers), (error) => {
    assert.ok(error instanceof DaemonSilent, String(error));
    assert.match(error.message, /The daemon \(process 4242\) did not answer within 3 s/);
    assert.match(error.hint!, /kill -CONT 4242/);
    return true;
  });
});

Deno.test("syncByDaemon() takes what comes of the sync, also where watching is not known", async () => {
  const summary = { peers: [], error: null, hint: null };
  const handlers = {
    status: () => Promise.resolve({ push: true }),
    sync: () => Promise.resolve(summary),
  };
  assert.deepEqual(await ask(handlers), summary);
});

async function ask(handlers: ControlHandlers): Promise<unknown> {
  using world = new FakeWorld();
  const path = `${world.home}/history.db`;
  Deno.writeTextFileSync(path, "");
  using _lock = lockDaemon(path, world);
  const deps = { clock: systemClock(), logger: silentLogger() };
  await using _server = await serveControl(controlSocketPath(path), handlers, deps);
  return await syncByDaemon(world, path, { push: true }, AbortSignal.timeout(PATIENCE_MS));
}
