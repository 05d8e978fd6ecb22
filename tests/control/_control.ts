/** What the tests of the control socket share. */
import assert from "node:assert/strict";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { silentLogger } from "../../src/base/log.ts";
import { RrError, type RrErrorCode } from "../../src/base/rr_error.ts";
import { type ControlHandlers, serveControl } from "../../src/control/server.ts";
import { controlSocketPath } from "../../src/control/socket_path.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

export function fails(code: RrErrorCode, pattern: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof RrError, String(error));
    assert.match(error.message, pattern);
    assert.equal(error.code, code);
    return true;
  };
}

export interface Opened extends AsyncDisposable {
  readonly path: string;
  readonly folder: string;
  readonly stop: AbortController;
  readonly finished: Promise<void>;
}

/** A control socket with these handlers, in a folder of its own. */
export async function open(
  handlers: ControlHandlers,
  clock: Clock = systemClock(),
): Promise<Opened> {
  const world = new FakeWorld();
  const path = controlSocketPath(`${world.home}/history.db`);
  const stop = new AbortController();
  const server = await serveControl(path, handlers, {
    clock,
    logger: silentLogger(),
  }, stop.signal);
  return {
    path,
    folder: world.home,
    stop,
    finished: server.finished,
    async [Symbol.asyncDispose](): Promise<void> {
      await server[Symbol.asyncDispose]();
      world[Symbol.dispose]();
    },
  };
}

/** Sends bytes as a foreign client and reads until the end. */
export async function exchange(path: string, text: string, halfClose = false): Promise<string> {
  const conn = await Deno.connect({ transport: "unix", path });
  await conn.write(new TextEncoder().encode(text));
  if (halfClose) await conn.closeWrite();
  return await new Response(conn.readable).text();
}
