import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import type { Terminal } from "../../src/world/terminal.ts";
import { Screen } from "./_screen.ts";

/** A terminal whose keys the test types and whose screen it sees. */
export class FakeTerminal implements Terminal, AsyncDisposable {
  readonly screen: Screen;
  isRaw = false;
  isClosed = false;
  /** Everything that was ever drawn. */
  written = "";
  #size: { columns: number; rows: number };
  #typed: (Uint8Array | undefined)[] = [];
  #wake: () => void = () => {};
  #drawn: Promise<void> = Promise.resolve();
  #onWrite = new Set<() => void>();

  constructor(columns = 80, rows = 24) {
    this.#size = { columns, rows };
    this.screen = new Screen(columns, rows);
  }

  type(text: string): void {
    this.#typed.push(new TextEncoder().encode(text));
    this.#wake();
  }

  hangUp(): void {
    this.#typed.push(undefined);
    this.#wake();
  }

  resizeTo(columns: number, rows: number): void {
    this.#size = { columns, rows };
    this.screen.resize(columns, rows);
  }

  /** Resolves when the screen satisfies the predicate; rejects, showing it, if it never does. */
  async shows(what: (rows: string[]) => boolean | undefined): Promise<string[]> {
    const deadline = performance.now() + PATIENCE_MS;
    while (true) {
      await this.#drawn;
      const rows = this.screen.rows();
      if (what(rows)) return rows;
      if (performance.now() > deadline) {
        throw new Error(`The screen never came:\n${rows.join("\n")}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, 50);
        const writes = this.#onWrite;
        writes.add(done);
        function done(): void {
          clearTimeout(timer);
          writes.delete(done);
          resolve();
        }
      });
    }
  }

  size(): { columns: number; rows: number } {
    return this.#size;
  }

  setRaw(on: boolean): void {
    this.isRaw = on;
  }

  async read(): Promise<Uint8Array | undefined> {
    while (this.#typed.length === 0) await new Promise<void>((resolve) => this.#wake = resolve);
    return this.#typed.shift();
  }

  /** Whatever was typed and not read is still the terminal's. */
  unread(): Uint8Array {
    return new Uint8Array();
  }

  /** Pieces typed that nobody has read. */
  left(): number {
    return this.#typed.length;
  }

  write(text: string): void {
    this.written += text;
    this.#drawn = this.screen.write(text);
    for (const notify of [...this.#onWrite]) notify();
  }

  breathe(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  close(): void {
    this.isClosed = true;
  }

  /** Resolves when everything written is on the screen. */
  async drawn(): Promise<void> {
    await this.#drawn;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#drawn;
    this.screen[Symbol.dispose]();
  }
}
