/** A TCP port that passes everything on to another one, until it is cut. */

/** See the file's description. */
export class Proxy implements Disposable {
  readonly #target: number;
  readonly #listener: Deno.TcpListener;
  readonly #connections = new Set<Deno.Conn>();
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
    for (const connection of this.#connections) closeQuietly(connection);
    this.#connections.clear();
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
    this.#connections.add(near).add(far);
    await Promise.allSettled([
      near.readable.pipeTo(far.writable),
      far.readable.pipeTo(near.writable),
    ]);
    for (const connection of [near, far]) {
      closeQuietly(connection);
      this.#connections.delete(connection);
    }
  }

  [Symbol.dispose](): void {
    this.drop();
    this.#listener.close();
  }
}

function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // the other side was quicker
  }
}
