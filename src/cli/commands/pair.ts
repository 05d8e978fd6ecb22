import type { World } from "../../base/world.ts";
import { RrError } from "../../base/rr_error.ts";
import { loadSettings } from "../../config/load.ts";
import { completeCode, parseCode } from "../../pair/code.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import { folded } from "../print/fold.ts";
import { ExitCode } from "../exit_code.ts";
import { filledFlag, switchFlag } from "../flags/flags.ts";

interface Flags {
  readonly at: string | undefined;
  readonly ssh: string | undefined;
  readonly yes: boolean;
  readonly stdio: boolean;
}

/** The code, whose parts may stand apart as they are read out: `7 guitar planet`. */
type Words = [string?, string?, string?];

/** `rr pair` */
export const command: CliCommand = defineCommand<Flags, Words>({
  usage: ["", "<code> [--at <host>] [--yes]", "--ssh <user@host> [--yes]"],
  details: `Without a code it shows one, such as 7-guitar-planet, and waits. On the other machine
\`rr pair 7-guitar-planet\` is all: the swarm key, trackers, their token, relays and addresses go
over, and a first sync follows. Nothing has to be copied or opened.

The machines find each other on the local network, by a tracker that both have in their config, or
by --at. With --ssh both ends are done over an ssh login that works; rr must be installed there.

A code is good for 10 minutes, for one machine and for one guess: a wrong one burns it, and both
sides say so. Who runs the tracker or listens on the network learns neither the code nor the key.

A machine that has a history and another swarm key asks before it takes the new one, and keeps the
old one beside it.

Examples:
  rr pair
  rr pair 7-guitar-planet
  rr pair 7-guitar-planet --at 192.168.1.20
  rr pair --ssh me@desktop`,
  flags: {
    at: filledFlag("Where the other machine is: host, host:port, or a tracker's URL", "host"),
    ssh: { ...filledFlag("Pair with this machine over ssh", "user@host"), parse: parseLogin },
    yes: switchFlag("Replace another swarm key without asking"),
    stdio: switchFlag("For the far end of --ssh: speak on standard input and output"),
  },
  words: {
    kind: "tuple",
    parameters: [
      {
        optional: true,
        placeholder: "code",
        brief: "The code that the other machine shows",
        propose: completeCode,
      },
      { optional: true, placeholder: "word", brief: "Its first word, if it is typed with blanks" },
      {
        optional: true,
        placeholder: "word",
        brief: "Its second word",
      },
    ],
  },
  run,
});

// ssh would take a "-" for an option of its own.
function parseLogin(text: string): string {
  if (/^[^\s\p{C}-][^\s\p{C}]*$/u.test(text)) return text;
  throw new Error("expected user@host, or a host of ~/.ssh/config");
}

async function run(
  world: World,
  flags: Flags & GlobalFlags,
  words: Words,
): Promise<number> {
  const code = words[0] === undefined ? undefined : words.filter(Boolean).join("-");
  const { at, ssh, yes, stdio, dbPath } = flags;
  const chosen = [code, ssh, stdio || undefined].filter((one) => one !== undefined);
  if (chosen.length > 1) throw new RrError("usage", "Give a code or --ssh, not both");
  if (at !== undefined && code === undefined) {
    throw new RrError("usage", "--at needs the code that the other machine shows");
  }
  const parsed = code === undefined ? undefined : parseCode(code);
  const settings = loadSettings(world, { dbPath });
  const { stopOnSignals } = await import("../../process/stop_signals.ts");
  const { joinBy, letIn } = await import("../../app/pairing/pair.ts");
  using stop = stopOnSignals(world);
  // Standard output is the other machine's with --stdio.
  const output = stdio ? world.stderr : world.stdout;
  const talk = {
    say: (line: string) => output.write(`${folded(output, line)}\n`),
    ask: (question: string) => {
      if (stdio || !world.stdin.isTerminal()) return undefined;
      output.write(folded(output, `${question} [y/N] `));
      return /^y(es)?$/i.test(world.stdin.readLine()?.trim() ?? "");
    },
  };
  const deps = { world, talk };
  if (stdio) await joinBy(settings, { code: "stdio", at, yes }, deps, stop.signal);
  else if (parsed) await joinBy(settings, { code: parsed, at, yes }, deps, stop.signal);
  else await letIn(settings, { ssh, yes }, deps, stop.signal);
  return ExitCode.OK;
}
