/** What pages show as code: the spans within sentences, and the lines of blocks. */
import { ROOT } from "../../scripts/tools.ts";

/** A piece of code on a page. */
export interface Fragment {
  readonly page: string;
  /** Without the prompt, on one line. */
  readonly text: string;
  /** A line of a block, or part of a sentence. */
  readonly kind: "block" | "span";
}

/** Fenced, or indented below an empty line. */
const FENCED = /^ *```\w*\n([\s\S]*?)^ *```$/gm;
const INDENTED = /(?<=^\n)((?: {4}.*\n|\n(?= {4}))+)/gm;
/** `a` and ``a`b``; it may go over a line's end, not over a paragraph's. */
const SPAN = /(?<!`)(`+)(?!`)((?:(?!\n\n)[\s\S])+?)(?<!`)\1(?!`)/g;

/** All pieces of code of a page, blocks first. */
export function fragmentsOf(page: string): readonly Fragment[] {
  const lines: string[] = [];
  let prose = Deno.readTextFileSync(`${ROOT}${page}`);
  for (const block of [FENCED, INDENTED]) {
    prose = prose.replaceAll(block, (_, body: string) => {
      lines.push(...body.split("\n").map((line) => line.replace(/^\s*[a-z]+[$#] +/, "").trim()));
      return "\n";
    });
  }
  const spans = [...prose.matchAll(SPAN)].map(([, , text]) => text!.replaceAll(/\s+/g, " ").trim());
  return [
    ...lines.map((text) => ({ page, text, kind: "block" as const })),
    ...spans.map((text) => ({ page, text, kind: "span" as const })),
  ].filter(({ text }) => text !== "");
}

/** What the program says in backticks, in its texts and in its comments. */
export function fragmentsOfSource(file: string): readonly Fragment[] {
  const text = Deno.readTextFileSync(`${ROOT}${file}`).replaceAll(/\n\s*(?:\*|\/\/) /g, " ");
  return [...text.matchAll(/\\?`(rr [^`\\$]+)\\?`/g)].map(([, span]) => ({
    page: file,
    text: span!.replaceAll(/\s+/g, " ").trim(),
    kind: "span",
  }));
}

/** All files below a folder with this ending, by their path from the root. */
export function filesBelow(folder: string, ending: string): string[] {
  const entries = [...Deno.readDirSync(`${ROOT}${folder}`)];
  return entries.flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return filesBelow(path, ending);
    return name.endsWith(ending) ? [path] : [];
  }).sort();
}
