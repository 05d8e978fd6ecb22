/** A TCP proxy on loopback that stands for the line between two devices: it counts, delays and slows. */
import { pause } from "../../src/base/async/timer.ts";
import { systemClock } from "../../src/base/clock.ts";

/** What a line does. */
export interface LineOptions {
  /** How long every byte takes, one way, in milliseconds. @default {0} */
  readonly delayMs?: number;
  /** Bytes that go through in a second, each way, for as long as nothing else is set. @default {Infinity} */
  readonly bytesPerSec?: number;
}

/** A line that is up. Disposing cuts every connection. */
export interface Line extends AsyncDisposable {
  readonly port: number;
  /** Bytes that went over it, both ways. */
  bytes(): number;
  /** Lets so many through in a second from now on, each way. */
  setBytesPerSec(bytesPerSec: number): void;
}

/** A slow line takes so much at once. */
const PIECE_BYTES = 16 * 1024;

/** Takes connections on a free port and hands their bytes on to `targetPort`. */
export function createLine(targetPort: number, options: LineOptions = {}): Line {
  const { delayMs = 0 } = options;
  let { bytesPerSec = Infinity } = options;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const clock = systemClock();
  const cut = new AbortController();
  const open = new Set<Deno.TcpConn>();
  let bytes = 0;

  async function carry(near: Deno.TcpConn): Promise<void> {
    using far = await Deno.connect({ hostname: "127.0.0.1", port: targetPort });
    open.add(near).add(far);
    near.setNoDelay();
    far.setNoDelay();
    // One end is gone, so the other one goes.
    const end = (): void => [near, far].forEach(close);
    if (cut.signal.aborted) end();
    await Promise.all([oneWay(near, far).catch(end), oneWay(far, near).catch(end)]);
    open.delete(near);
    open.delete(far);
    close(near);
  }

  async function oneWay(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    let last = Promise.resolve();
    try {
      for await (const chunk of from.readable) {
        bytes += chunk.length;
        if (delayMs === 0) {
          await write(to, chunk);
          continue;
        }
        const due = pause(clock, delayMs, cut.signal);
        last = last.then(() => due).then(() => write(to, chunk));
        last.catch(() => close(from));
      }
    } finally {
      await last;
    }
    await to.closeWrite();
  }

  async function write(to: Deno.TcpConn, chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length;) {
      if (bytesPerSec === Infinity) {
        at += await to.write(chunk.subarray(at));
        continue;
      }
      const written = await to.write(chunk.subarray(at, at + PIECE_BYTES));
      at += written;
      await pause(clock, written / bytesPerSec * 1000, cut.signal);
    }
  }

  const accepting = (async (): Promise<void> => {
    const carrying = new Set<Promise<void>>();
    for await (const near of listener) {
      const task = carry(near).catch(() => close(near)).finally(() => carrying.delete(task));
      carrying.add(task);
    }
    await Promise.all(carrying);
  })();

  return {
    port: listener.addr.port,
    bytes: () => bytes,
    setBytesPerSec: (most) => bytesPerSec = most,
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      cut.abort();
      for (const connection of open) close(connection);
      await accepting;
    },
  };
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // it is closed
  }
}
