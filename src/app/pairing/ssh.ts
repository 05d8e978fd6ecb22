/** Pairing both ends over an ssh login that works: the login vouches for both, so no code is typed. */
import { spawn } from "node:child_process";
import process from "node:process";
import { timeLimit } from "../../base/async/timer.ts";
import { RrError } from "../../base/rr_error.ts";
import { FrameStream } from "../../lan/frames.ts";
import type { PairCard } from "../../pair/card.ts";
import { createCode, formatCode, parseCode } from "../../pair/code.ts";
import { startHost } from "../../pair/exchange.ts";
import { exchange } from "./host.ts";
import { meet, type Met } from "./guest.ts";
import { WayError } from "./lines.ts";
import { guestLine, hostLine, type WayDeps } from "./tcp.ts";

/** What the far side says first; what a login prints before it is passed over. */
const READY = "rustory-pair-ready 1";
/** What a login may print before it. */
const MOST_GREETING_BYTES = 2 ** 20;
/** Time for the login, a person's password included, and for rr to start there. */
const LOGIN_MS = 120_000;
/** Where rr is often installed and a login without a terminal does not look. */
const FOLDERS = ["$HOME/.local/bin", "$HOME/.deno/bin", "/usr/local/bin", "/opt/homebrew/bin"];
/** What a shell and ssh end with. */
const NOT_FOUND = 127;
const SSH_FAILED = 255;
const UNKNOWN_COMMAND = 2;

/** How to pair over ssh. */
export interface SshPlan {
  /** `user@host`, or whatever ssh calls it. */
  readonly target: string;
  readonly card: PairCard;
  /** Whether the far side may replace a swarm key of its own. */
  readonly yes: boolean;
}

/** The machine at the other end, which still has its first sync to do. Disposing cuts it off. */
export interface FarSide extends Disposable {
  readonly card: PairCard;
  /** Resolves when rr there has ended. */
  readonly finished: Promise<void>;
}

/**
 * Runs `rr pair --stdio` there and gives it our card.
 *
 * @throws {RrError} if the login fails, or rr is missing or too old there; `signal.reason`
 */
export async function pairOverSsh(
  { target, card, yes }: SshPlan,
  deps: WayDeps,
  signal: AbortSignal,
): Promise<FarSide> {
  if (target.startsWith("-") || /\s/.test(target)) {
    throw new RrError("usage", `Cannot log in to ${JSON.stringify(target)}: expected user@host`);
  }
  const remote = remoteLine(`rr pair --stdio${yes ? " --yes" : ""}`);
  const child = spawn("ssh", ["-T", target, remote], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = Promise.withResolvers<number>();
  child.on("error", () => ended.resolve(NOT_FOUND + 1));
  child.on("exit", (code) => ended.resolve(code ?? SSH_FAILED));
  const stream = new FrameStream(child.stdout!, child.stdin!, () => child.kill());
  using patience = timeLimit(deps.clock, LOGIN_MS, signal);
  const start = async (): Promise<PairCard | undefined> => {
    const greeting = await stream.passOver(`${READY}\n`, MOST_GREETING_BYTES, patience.signal);
    if (greeting === "too much") throw tooMuchSaid(target);
    if (greeting === "ended") return undefined;
    const code = createCode(deps.random);
    stream.writeLine(formatCode(code));
    const host = startHost(code, deps.random);
    await stream.write(host.hello);
    const answer = await stream.frame(patience.signal);
    if (answer === undefined) return undefined;
    return await exchange(host, hostLine(stream, target, answer), card, deps, signal);
  };
  try {
    const theirs = await start();
    if (theirs !== undefined) {
      const finished = ended.promise.then(() => {});
      return { card: theirs, finished, [Symbol.dispose]: () => void child.kill() };
    }
    // What has ended says why; what goes on and is no rr ends now.
    child.stdin!.end();
  } catch (error) {
    child.kill();
    signal.throwIfAborted();
    if (error === patience.signal.reason) throw noAnswer(target);
    if (!(error instanceof WayError)) throw error;
  }
  throw sshFailure(target, await ended.promise);
}

/** The far side of {@linkcode pairOverSsh}: takes the code and the card from standard input. */
export async function pairByStdio(deps: WayDeps, signal: AbortSignal): Promise<Met> {
  const { stdin, stdout } = process;
  const stream = new FrameStream(stdin, stdout, () => stdin.destroy());
  stream.writeLine(READY);
  const code = await stream.line(signal);
  const hello = code === undefined ? undefined : await stream.frame(signal);
  if (code === undefined || hello === undefined) {
    throw new RrError("usage", "Cannot pair: --stdio is for the rr at the other end of ssh", {
      hint: "Run `rr pair --ssh user@host` on the machine that has the history",
    });
  }
  return await meet(parseCode(code), guestLine(stream, "ssh", hello), deps, signal);
}

/**
 * What ssh has the login's shell run, whichever that is: one word in single quotes means the same to all.
 *
 * A shell that nobody types in reads no start file, or leaves it at once, so that what nvm, npm's prefix
 * and the like put on the path is not found. Then the shell is started as for a person, its own
 * complaints about the missing terminal unheard.
 */
export function remoteLine(rr: string): string {
  return `sh -c '${
    [
      `PATH="$PATH:${FOLDERS.join(":")}"`,
      // Both may be missing: rr, and the node that it names. Neither has read of what we send.
      `if command -v rr >/dev/null 2>&1; then ${rr}; code=$?; else code=${NOT_FOUND}; fi`,
      `test "$code" -eq ${NOT_FOUND} || exit "$code"`,
      `exec "\${SHELL:-sh}" -lic "exec ${rr} 2>&3" 3>&2 2>/dev/null`,
    ].join("; ")
  }'`;
}

function tooMuchSaid(target: string): RrError {
  return new RrError(
    "network",
    `Cannot pair with ${target}: what the login prints there does not come to an end`,
    { hint: "Keep its start files quiet where no terminal is, or pair by a code: `rr pair`" },
  );
}

function noAnswer(target: string): RrError {
  return new RrError(
    "network",
    `Cannot pair with ${target}: rr there has not answered within ${LOGIN_MS / 1_000} s`,
    { hint: `Try \`ssh ${target} rr version\`, or pair by a code: \`rr pair\`` },
  );
}

function sshFailure(target: string, code: number): RrError {
  switch (code) {
    case NOT_FOUND:
      return new RrError("not-found", `Cannot pair with ${target}: rr is not there`, {
        hint: "Install it there as it was installed here. If it is there, no login finds it: " +
          `\`ssh ${target} mkdir -p .local/bin\`, and link it there as ~/.local/bin/rr`,
      });
    case UNKNOWN_COMMAND:
      return new RrError("invalid", `Cannot pair with ${target}: the rr there is too old`, {
        hint: "Update it there and try again",
      });
    case NOT_FOUND + 1:
      return new RrError("not-found", "Cannot start ssh: it is not installed here");
    case SSH_FAILED:
      return new RrError("network", `Cannot log in to ${target}: ssh has said why`, {
        hint: `Try \`ssh ${target} true\`, or pair by a code: \`rr pair\``,
      });
    default:
      return new RrError(
        "network",
        `Cannot pair with ${target}: rr there ended with code ${code}`,
        {
          hint: `Its own words stand above; try \`ssh ${target} rr doctor\``,
        },
      );
  }
}
