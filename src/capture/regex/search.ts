/**
 * Whether a program matches anywhere in a text. All ways through it are followed at once, one character
 * after the other, so the time is linear in the text whatever the pattern is. What is found out on the
 * way is kept: where one stands, with the next character, always leads to the same place.
 */
import type { Instruction } from "./program.ts";
import type { CharTest, Place } from "./syntax.ts";

/** Where a search stands between two characters. */
interface State {
  /** Instructions that the characters so far lead to, besides the start. */
  readonly waiting: readonly number[];
  /** The character before, or one that no condition tells from it. */
  readonly before: number;
  /** Where the next character leads, by its code; `found` if there is a match before it. */
  readonly ascii: (State | "found" | undefined)[];
  readonly others: Map<number, State | "found">;
  /** Whether there is a match if the text ends here. */
  atEnd: boolean | undefined;
}

/** No character: before the first and after the last. */
const NONE = -1;
/** States kept; a pattern made for that has more of them than fit into memory. */
const MOST_STATES = 1000;
/** Characters besides ASCII that a state remembers: an alphabet. */
const MOST_OTHERS = 200;

/** Compiles once, asks often. Not to be used from within itself. */
export class Search {
  readonly #program: readonly Instruction[];
  /** The round in which each instruction was last reached. */
  readonly #reached: Float64Array;
  readonly #wordTests: readonly CharTest[];
  readonly #states = new Map<string, State>();
  #round = 0;

  /** A search for what `program` matches. */
  constructor(program: readonly Instruction[]) {
    this.#program = program;
    this.#reached = new Float64Array(program.length);
    const tests = program.flatMap((step) => step.kind === "place" ? [step.isWord] : []);
    this.#wordTests = [...new Set(tests)];
  }

  /** Whether `text` has a match. */
  test(text: string): boolean {
    let state = this.#stateOf([], NONE);
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      let next: State | "found" | undefined;
      if (code < 128) next = state.ascii[code] ??= this.#step(state, code);
      else {
        const whole = text.codePointAt(at)!;
        if (whole > 0xffff) at++;
        next = this.#stepFar(state, whole);
      }
      if (next === "found") return true;
      state = next;
    }
    return state.atEnd ??= this.#follow(state, NONE) === "found";
  }

  #stepFar(state: State, code: number): State | "found" {
    const known = state.others.get(code);
    if (known !== undefined) return known;
    const next = this.#step(state, code);
    if (state.others.size < MOST_OTHERS) state.others.set(code, next);
    return next;
  }

  #step(state: State, code: number): State | "found" {
    const ready = this.#follow(state, code);
    if (ready === "found") return "found";
    const waiting: number[] = [];
    for (const index of ready) {
      const step = this.#program[index]!;
      if (step.kind === "char" && step.test(code)) waiting.push(index + 1);
    }
    return this.#stateOf(waiting.sort((a, b) => a - b), code);
  }

  #stateOf(waiting: readonly number[], before: number): State {
    const key = `${this.#kindOf(before)}:${waiting.join()}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      if (this.#states.size >= MOST_STATES) this.#states.clear();
      state = { waiting, before, ascii: [], others: new Map(), atEnd: undefined };
      this.#states.set(key, state);
    }
    return state;
  }

  // All that a condition on a place asks about the character before it.
  #kindOf(before: number): string {
    if (this.#wordTests.length === 0) return "";
    if (before === NONE || before === LF || before === CR) return String(before);
    return this.#wordTests.map((isWord) => isWord(before) ? "w" : "-").join("");
  }

  // The instructions that may take the next character, from where the state stands and from the start
  // of the program.
  #follow({ waiting, before }: State, after: number): number[] | "found" {
    const round = ++this.#round;
    const ready: number[] = [];
    const stack = [0, ...waiting];
    for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
      if (this.#reached[index] === round) continue;
      this.#reached[index] = round;
      const step = this.#program[index]!;
      switch (step.kind) {
        case "match":
          return "found";
        case "char":
          ready.push(index);
          break;
        case "split":
          stack.push(step.second, step.first);
          break;
        case "place":
          if (isAt(step.place, before, after, step.isWord)) stack.push(index + 1);
      }
    }
    return ready;
  }
}

const LF = 10;
const CR = 13;

function isAt(place: Place, before: number, after: number, isWord: CharTest): boolean {
  const wordBefore = (): boolean => before !== NONE && isWord(before);
  const wordAfter = (): boolean => after !== NONE && isWord(after);
  switch (place) {
    case "text-start":
      return before === NONE;
    case "text-end":
      return after === NONE;
    case "line-start":
      return before === NONE || before === LF;
    case "line-end":
      return after === NONE || after === LF;
    case "crlf-start":
      return before === NONE || before === LF || (before === CR && after !== LF);
    case "crlf-end":
      return after === NONE || after === CR || (after === LF && before !== CR);
    case "word-boundary":
      return wordBefore() !== wordAfter();
    case "no-word-boundary":
      return wordBefore() === wordAfter();
    case "word-start":
      return !wordBefore() && wordAfter();
    case "word-end":
      return wordBefore() && !wordAfter();
    case "word-start-half":
      return !wordBefore();
    case "word-end-half":
      return !wordAfter();
  }
}
