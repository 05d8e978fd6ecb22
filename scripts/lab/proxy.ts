/** A TCP proxy on loopback that stands for the line between two devices: it counts and it delays. */

/** What a line does. */
export interface LineOptions {
  /** How long every byte takes, one way, in milliseconds. @default {0} */
  readonly delayMs?: number;
}

/** A line that is up. Disposing cuts every connection. */
export interface Line extends AsyncDisposable {
  readonly port: number;
  /** Bytes that went over it, both ways. */
  bytes(): number;
}

/** Takes connections on a free port and hands their bytes on to `targetPort`. */
export function createLine(targetPort: number, { delayMs = 0 }: LineOptions = {}): Line {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.TcpConn>();
  let bytes = 0;

  async function carry(near: Deno.TcpConn): Promise<void> {
    using far = await Deno.connect({ hostname: "127.0.0.1", port: targetPort });
    open.add(near).add(far);
    near.setNoDelay();
    far.setNoDelay();
    try {
      await Promise.all([oneWay(near, far), oneWay(far, near)]);
    } catch {
      // one end is gone, so the other one goes
    } finally {
      open.delete(near);
      open.delete(far);
      close(near);
    }
  }

  async function oneWay(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    let last = Promise.resolve();
    for await (const chunk of from.readable) {
      bytes += chunk.length;
      if (delayMs === 0) {
        await writeAll(to, chunk);
        continue;
      }
      const due = sleep(delayMs);
      last = last.then(() => due).then(() => writeAll(to, chunk));
      last.catch(() => close(from));
    }
    await last;
    await to.closeWrite();
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
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      for (const connection of open) close(connection);
      await accepting;
    },
  };
}

async function writeAll(to: Deno.TcpConn, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length;) at += await to.write(chunk.subarray(at));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // it is closed
  }
}
