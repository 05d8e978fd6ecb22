/** The command blocks of the pages for users. */
import { ROOT } from "../../scripts/tools.ts";

/** A line of a block. */
export interface CommandLine {
  /** Where it is typed: `laptop` of `laptop$ rr pair`, `hub` of `hub# rr hub pair`; "" if not said. */
  readonly who: string;
  /** Without the prompt and without a comment behind it. */
  readonly text: string;
}

/** A fenced block of commands. */
export interface CommandBlock {
  readonly page: string;
  /** Counted from 1 among the blocks of commands of its page. */
  readonly number: number;
  readonly lines: readonly CommandLine[];
}

/** The languages of blocks that hold no commands. */
const OTHERS = ["toml", "text", "caddyfile", "ts", "js", "json"];

/** The pages that tell users what to type. `docs/commands.md` is made from the help of the commands. */
export function pages(): readonly string[] {
  const docs = Array.from(Deno.readDirSync(`${ROOT}docs`), ({ name }) => `docs/${name}`)
    .filter((name) => name.endsWith(".md") && name !== "docs/commands.md").sort();
  return ["README.md", "service/README.md", ...docs];
}

/** The command blocks of a page, in printed order. */
export function blocksOf(page: string): readonly CommandBlock[] {
  const text = Deno.readTextFileSync(`${ROOT}${page}`);
  const fences = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
  return fences.filter(([, language]) => {
    if (OTHERS.includes(language!)) return false;
    if (language === "sh") return true;
    throw new Error(`${page} has a block of "${language}": say sh, or ${OTHERS.join(", ")}`);
  }).map(([, , body], i) => ({ page, number: i + 1, lines: linesOf(body!) }));
}

function linesOf(body: string): readonly CommandLine[] {
  return body.split("\n").map((line) => line.replace(/\s+#\s.*$/, "").trim())
    .filter((line) => line !== "")
    .map((line) => {
      const [, who = "", text] = /^(?:([a-z]+)[$#]\s+)?(.*)$/.exec(line)!;
      return { who, text: text! };
    });
}
