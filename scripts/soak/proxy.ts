/** A TCP port that passes everything on to another one, until it is cut or its connections go dead. */

interface Pair {
  readonly near: Deno.Conn;
  readonly far: Deno.Conn;
  /** Nothing comes through any more, and neither side is told: the network has forgotten it. */
  isDead: boolean;
}

/** See the file's description. */
export class Proxy implements Disposable {
  readonly #target: number;
  readonly #listener: Deno.TcpListener;
  readonly #pairs = new Set<Pair>();
  #isCut = false;

  /** @param target port on 127.0.0.1 that everything is passed on to */
  constructor(target: number) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#accept().catch(() => {});
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Breaks all connections and, until {@linkcode mend}, refuses new ones at once. */
  cut(): void {
    this.#isCut = true;
    this.drop();
  }

  /** Breaks all connections; new ones are welcome. */
  drop(): void {
    for (const { near, far } of this.#pairs) {
      closeQuietly(near);
      closeQuietly(far);
    }
    this.#pairs.clear();
  }

  /** Leaves all connections half-open: they stay, and swallow what is sent. New ones are welcome. */
  forget(): void {
    for (const pair of this.#pairs) pair.isDead = true;
  }

  /** Passes connections on again. */
  mend(): void {
    this.#isCut = false;
  }

  async #accept(): Promise<void> {
    for await (const near of this.#listener) {
      if (this.#isCut) closeQuietly(near);
      else this.#join(near).catch(() => closeQuietly(near));
    }
  }

  async #join(near: Deno.Conn): Promise<void> {
    const far = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
    const pair: Pair = { near, far, isDead: false };
    this.#pairs.add(pair);
    await Promise.race([pass(near, far, pair), pass(far, near, pair)]).catch(() => {});
    this.#pairs.delete(pair);
    closeQuietly(near);
    closeQuietly(far);
  }

  [Symbol.dispose](): void {
    this.drop();
    this.#listener.close();
  }
}

async function pass(from: Deno.Conn, to: Deno.Conn, pair: Pair): Promise<void> {
  const writer = to.writable.getWriter();
  for await (const chunk of from.readable) {
    if (!pair.isDead) await writer.write(chunk);
  }
  // The end of a forgotten connection is not passed on either, until the other side gives up too.
  if (pair.isDead) await Promise.withResolvers<void>().promise;
  await writer.close();
}

function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // the other side was quicker
  }
}
