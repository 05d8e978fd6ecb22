/**
 * What the hooks of all shells share. The scripts are in `hook_zsh.ts`, `hook_bash.ts` and
 * `hook_fish.ts`; what they write is in `spool_record.ts`.
 *
 * Ctrl-r runs `rr search -i --widget --query=TEXT`, with the terminal as stdin and stderr: keys are
 * read from the one, everything is drawn on the other. Stdout takes the answer: `edit` or `run`, a newline, and the command byte for byte, without a newline of
 * its own. Whoever cancels gives no answer (exit code 130) and finds the line as it was.
 * RUSTORY_SESSION names the session. zsh and fish run the line on `run`; bash cannot do that from a
 * key binding and puts it on the prompt.
 */

/** A shell that there is a hook for. */
export type ShellName = "zsh" | "bash" | "fish";

/** What a hook script is made for. */
export interface HookOptions {
  /** The spool folder, absolute. */
  readonly folder: string;
  /**
   * A private folder for files of a moment, best in memory.
   * @default {what the shell finds when it starts: below XDG_RUNTIME_DIR, or the spool folder}
   */
  readonly scratch?: string;
  /** How to start rr where there is no `rr` on the PATH. */
  readonly program: readonly string[];
  /** The file that tells how to reach the daemon; without it ctrl-r starts a process each time. */
  readonly door?: string | undefined;
  /** Whether Up goes back through the commands of this session, in the line. */
  readonly upArrow: boolean;
  /** Whether the likeliest command is offered. @default {false} */
  readonly suggest?: boolean | undefined;
  /**
   * Whether a shell that is told to keep no history (HISTFILE, fish_history, zshaddhistory and their
   * like) is not recorded either. @default {true}
   */
  readonly followShell?: boolean;
}

/** What is recorded where nobody saw with which status a command ended; no shell has it. */
export const UNKNOWN_STATUS = -1;

/**
 * After each record the hooks look whether the spool file still has its name, and write once more if not:
 * it was taken meanwhile, perhaps before the record was in it. So a record is in a file that has yet to be
 * taken, or was there when the file was; never only in one that nobody looks at again. One that was read
 * twice has one id. Nobody is that unlucky more often than this.
 */
export const MOST_WRITES = 3;
