/** Faults made up from a seed: one small change at a place where code stands. */

/** One fault, and the tests that should notice it. */
export interface Fault {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Where `from` stands; the first place if left out. */
  readonly at?: number;
  readonly tests: readonly string[];
}

/** What is changed into what. Blanks around keep types and generics out. */
const CHANGES: readonly (readonly [RegExp, string])[] = [
  [/ === /g, " !== "],
  [/ !== /g, " === "],
  [/ && /g, " || "],
  [/ \|\| /g, " && "],
  [/ < /g, " <= "],
  [/ <= /g, " < "],
  [/ > /g, " >= "],
  [/ >= /g, " > "],
  [/ \+ 1\b/g, " + 2"],
  [/ - 1\b/g, ""],
  [/\bMath\.min\(/g, "Math.max("],
  [/\bMath\.max\(/g, "Math.min("],
  [/\breturn true;/g, "return false;"],
  [/\breturn false;/g, "return true;"],
  [/\bif \(!/g, "if ("],
  [/\bthrow new /g, "void new "],
  [/\?\? /g, "&& "],
];

/** `count` faults in the files, the same ones for the same seed. */
export function madeUpFaults(
  texts: ReadonlyMap<string, string>,
  files: readonly string[],
  count: number,
  seed: number,
): Fault[] {
  const all: Fault[] = [];
  for (const [file, text] of texts) {
    const tests = testsOf(file, files);
    if (tests.length === 0) continue;
    const code = blanked(text);
    for (const [pattern, to] of CHANGES) {
      for (const match of code.matchAll(pattern)) {
        all.push({ file, from: match[0], to, at: match.index, tests });
      }
    }
  }
  return sample(all, count, seed);
}

/** The tests of the file itself if it has some, else of its folder, else of its room. */
function testsOf(file: string, files: readonly string[]): string[] {
  const own = file.replace(/^src\//, "tests/").replace(/\.ts$/, "_test.ts");
  const tests = files.filter((name) => /^tests\/.*_test\.ts$/.test(name));
  const [, room, folder] = own.split("/");
  // What the picker does at the terminal is tested with the rest of the picker.
  const isPicker = room === "cli" && folder === "picker";
  const inRoom = tests.filter((name) =>
    name.startsWith(isPicker ? "tests/picker/" : `tests/${room}/`)
  );
  return tests.includes(own) ? [own, ...inRoom.filter((name) => name !== own)] : inRoom;
}

/** The text with comments and strings as blanks, so that places stay where they are. */
function blanked(text: string): string {
  const blank = (part: string): string => part.replace(/[^\n]/g, "\0");
  return text
    .replace(/\/\*[\s\S]*?\*\//g, blank)
    .replace(/(^|\s)\/\/.*$/gm, blank)
    .replace(/"(?:[^"\\\n]|\\.)*"/g, blank);
}

function sample<T>(all: readonly T[], count: number, seed: number): T[] {
  const left = [...all];
  const taken: T[] = [];
  let state = seed >>> 0;
  while (taken.length < count && left.length > 0) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    taken.push(...left.splice(Math.floor(state / 2 ** 32 * left.length), 1));
  }
  return taken;
}
