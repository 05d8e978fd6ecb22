/**
 * fzf in place of our own screen (`search_ui = "fzf"`).
 *
 * Rows go to it as `id TAB text NUL` with the text printable on one line; what comes back is looked up
 * by id, so that newlines survive and nothing in a history can forge a row.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { RrError } from "../../base/rr_error.ts";
import { TEXT_END } from "../../history/text_end.ts";
import type { Slice } from "../../search/index.ts";
import { printable } from "../../base/printable.ts";
import type { CommandSource } from "./command_source.ts";
import type { Outcome } from "./outcome.ts";
import type { PickerRunOptions } from "./run_options.ts";

/** Exit codes of fzf. */
const NO_MATCH = 1;
const INTERRUPTED = 130;

/**
 * Lets a person choose with fzf, which is on the `PATH` or named by `program`.
 *
 * @throws {RrError} `not-found` if there is no fzf, `io` if it fails
 */
export async function runFzf(
  source: CommandSource,
  options: PickerRunOptions = {},
  program = "fzf",
): Promise<Outcome> {
  const { query = "", enter = "edit", filter = { scope: "all", okOnly: false } } = options;
  const fzf = await start(program, fzfArguments(query));
  const ended = endOf(fzf);
  const [answer] = await Promise.all([
    outputOf(fzf),
    feed(fzf, source.slices(filter), ended.then(() => {})),
  ]);
  const code = await ended;
  if (code === INTERRUPTED) return { kind: "cancelled" };
  if (code === NO_MATCH) return { kind: "nothing" };
  if (code !== 0) {
    throw new RrError("io", `Cannot choose with "${program}": it ended with ${code}`, {
      hint: 'Check FZF_DEFAULT_OPTS, or set search_ui to "builtin"',
    });
  }
  const [key, row = ""] = answer.split("\0");
  const id = Number(/^(\d+)\t/.exec(row)?.[1] ?? NaN);
  const command = Number.isSafeInteger(id) ? source.text(id) : undefined;
  if (command === undefined) return { kind: "nothing" };
  const other = enter === "edit" ? "run" : "edit";
  return { kind: "chosen", action: key === "tab" ? other : enter, command };
}

function fzfArguments(query: string): string[] {
  return [
    "--read0",
    "--print0",
    "--delimiter=\t",
    "--with-nth=2..",
    "--tiebreak=index", // newest first among equals
    "--no-multi",
    "--expect=tab",
    "--layout=reverse",
    "--height=70%",
    "--header=enter, tab: edit or run",
    `--query=${printable(query)}`,
  ];
}

function start(program: string, args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const { promise, resolve, reject } = Promise.withResolvers<ChildProcess>();
  child.once("spawn", () => resolve(child));
  child.once("error", (cause) =>
    reject(
      new RrError("not-found", `Cannot start "${program}"`, {
        cause,
        hint: 'Install fzf, or set search_ui to "builtin"',
      }),
    ));
  return promise;
}

function endOf(fzf: ChildProcess): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  fzf.once("close", (code: number | null) => resolve(code ?? INTERRUPTED));
  return promise;
}

async function outputOf(fzf: ChildProcess): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of fzf.stdout!) text += decoder.decode(chunk, { stream: true });
  return text;
}

/** Writes the commands as fast as fzf takes them; one that leaves early is no error. */
async function feed(
  fzf: ChildProcess,
  slices: Iterator<Slice>,
  ended: Promise<void>,
): Promise<void> {
  const input = fzf.stdin!;
  let isOpen = true;
  const stop = (): void => {
    isOpen = false;
  };
  input.on("error", stop);
  ended.then(stop);
  try {
    while (isOpen) {
      const next = slices.next();
      if (next.done) break;
      if (!input.write(rowsOf(next.value))) {
        const { promise, resolve } = Promise.withResolvers<void>();
        input.once("drain", resolve);
        await Promise.race([promise, ended]);
      } else {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  } finally {
    slices.return?.();
    input.end();
  }
}

function rowsOf({ ids, bytes }: Slice): string {
  const decoder = new TextDecoder();
  let rows = "";
  for (let i = 0, at = 0; i < ids.length; i++) {
    const end = bytes.indexOf(TEXT_END, at);
    rows += `${ids[i]}\t${printable(decoder.decode(bytes.subarray(at, end)))}\0`;
    at = end + 1;
  }
  return rows;
}
