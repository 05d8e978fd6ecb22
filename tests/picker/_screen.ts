import xterm from "@xterm/headless";

/** A real terminal emulator without a window. */
export class Screen implements Disposable {
  readonly #terminal: InstanceType<typeof xterm.Terminal>;

  constructor(columns: number, rows: number) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  }

  write(text: string): Promise<void> {
    return new Promise((resolve) => this.#terminal.write(text, resolve));
  }

  /** What stands on the screen, row by row, without trailing blanks. */
  rows(): string[] {
    const { active } = this.#terminal.buffer;
    return Array.from(
      { length: this.#terminal.rows },
      (_, i) => active.getLine(active.baseY + i)?.translateToString(true) ?? "",
    );
  }

  /** Everything, with what has scrolled out of it. */
  all(): string[] {
    const { active } = this.#terminal.buffer;
    return Array.from(
      { length: active.length },
      (_, i) => active.getLine(i)!.translateToString(true).trimEnd(),
    );
  }

  /** The letters of a row that are inverse, and those that are bold. */
  styles(row: number): { inverse: string; bold: string } {
    const { active } = this.#terminal.buffer;
    const line = active.getLine(active.baseY + row)!;
    let inverse = "";
    let bold = "";
    for (let x = 0; x < this.#terminal.cols; x++) {
      const cell = line.getCell(x)!;
      if (cell.isInverse()) inverse += cell.getChars() || " ";
      if (cell.isBold()) bold += cell.getChars();
    }
    return { inverse: inverse.trimEnd(), bold };
  }

  cursor(): { x: number; y: number } {
    const { cursorX: x, cursorY: y } = this.#terminal.buffer.active;
    return { x, y };
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
  }

  isAlternate(): boolean {
    return this.#terminal.buffer.active.type === "alternate";
  }

  [Symbol.dispose](): void {
    this.#terminal.dispose();
  }
}
