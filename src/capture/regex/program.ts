/** A pattern as instructions, one after the other, for {@linkcode Search}. */
import { type CharTest, type Node, PatternError, type Place } from "./syntax.ts";

/** One instruction. Places in the program are indexes of instructions. */
export type Instruction =
  | { readonly kind: "char"; readonly test: CharTest }
  | { readonly kind: "place"; readonly place: Place; readonly isWord: CharTest }
  /** Goes on at both. */
  | { readonly kind: "split"; readonly first: number; readonly second: number }
  | { readonly kind: "match" };

/**
 * Most instructions: each may be looked at once for every character of a command. Repetitions are
 * written out, so `\w{500}{500}` would have 250,000.
 */
const MOST_INSTRUCTIONS = 10_000;

/** The same for what writes nothing, such as `((){999}){999}`. */
const MOST_VISITS = 10 * MOST_INSTRUCTIONS;

/** @throws {PatternError} for a pattern that is too large */
export function compile(node: Node): readonly Instruction[] {
  const writer = new Writer();
  writer.emit(node);
  writer.add({ kind: "match" });
  return writer.program;
}

/** A split whose ways are set once it is known where they lead. */
interface Split {
  readonly kind: "split";
  first: number;
  second: number;
}

class Writer {
  readonly program: Instruction[] = [];
  #visits = 0;

  emit(node: Node): void {
    if (++this.#visits > MOST_VISITS) throw tooLong();
    switch (node.kind) {
      case "empty":
        return;
      case "char":
      case "place":
        return this.add(node);
      case "sequence":
        for (const part of node.parts) this.emit(part);
        return;
      case "choice":
        return this.#emitChoice(node.parts);
      case "repeat":
        for (let i = 0; i < node.least; i++) this.emit(node.part);
        if (node.most === Infinity) this.#emitLoop(node.part);
        else this.#emitOptional(node.part, node.most - node.least);
    }
  }

  add(instruction: Instruction): void {
    if (this.program.length >= MOST_INSTRUCTIONS) throw tooLong();
    this.program.push(instruction);
  }

  #emitChoice(parts: readonly Node[]): void {
    const ends: Split[] = [];
    for (const part of parts.slice(0, -1)) {
      const split = this.#addSplit();
      this.emit(part);
      ends.push(this.#addSplit());
      split.second = this.program.length;
    }
    this.emit(parts.at(-1)!);
    for (const end of ends) end.first = end.second = this.program.length;
  }

  #emitLoop(part: Node): void {
    const start = this.program.length;
    const split = this.#addSplit();
    this.emit(part);
    const back = this.#addSplit();
    back.first = back.second = start;
    split.second = this.program.length;
  }

  #emitOptional(part: Node, times: number): void {
    const splits: Split[] = [];
    for (let i = 0; i < times; i++) {
      splits.push(this.#addSplit());
      this.emit(part);
    }
    for (const split of splits) split.second = this.program.length;
  }

  // Its first way is the next instruction.
  #addSplit(): Split {
    const next = this.program.length + 1;
    const split: Split = { kind: "split", first: next, second: next };
    this.add(split);
    return split;
  }
}

function tooLong(): PatternError {
  return new PatternError(`written out it is longer than ${MOST_INSTRUCTIONS} steps`);
}
