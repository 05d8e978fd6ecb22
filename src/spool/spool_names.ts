/**
 * The names of spool files, which are all the state that taking them in needs.
 *
 *     SESSION.spool             a shell appends to it, opening and closing it for each record
 *     SESSION.exec              the last record of a shell that has become another program; the shell
 *                               removes it if it has not
 *     SESSION.MS-R.taken        renamed from it, to be read
 *     SESSION.MS-R.SIZE.done    read up to SIZE; kept for a moment, as the shell may have opened it
 *                               just before it was renamed
 *     SESSION.MS-R.torn         the rest of a record that will never be finished
 *     SESSION.line              scratch of the bash hook
 *
 * MS is when it was renamed, R keeps apart what is renamed in one millisecond.
 */

/** A file that was taken from a shell. */
export interface TakenFile {
  readonly name: string;
  readonly session: string;
  readonly takenAtMs: number;
  /** `SESSION.MS-R`. */
  readonly stem: string;
  /** How far it was read; `undefined` if not at all. */
  readonly readTo: number | undefined;
}

/** What lies in a spool folder. */
export interface SpoolListing {
  /** Sessions with records that nobody took yet. */
  readonly open: readonly string[];
  /** Sessions with a record that is good only if their shell is no more. */
  readonly leaving: readonly string[];
  /** Oldest first. */
  readonly taken: readonly TakenFile[];
  readonly torn: readonly string[];
  /** Scratch files. */
  readonly scratch: readonly string[];
}

/** Session ids are made by the hooks: the shell's pid, the time and a random number. */
const SESSION = "[A-Za-z0-9-]{1,100}";
const NAME = new RegExp(
  `^(${SESSION})\\.(?:(spool)|(exec)|(line)|(\\d{1,15})-([0-9a-f]{1,16})\\.(?:(taken)|(torn)|(\\d{1,15})\\.done))$`,
);

/** Sorts the names in a folder; what is none of ours is left out. */
export function sortNames(names: readonly string[]): SpoolListing {
  const open: string[] = [];
  const taken: TakenFile[] = [];
  const leaving: string[] = [];
  const torn: string[] = [];
  const scratch: string[] = [];
  for (const name of names) {
    const match = NAME.exec(name);
    if (match === null) continue;
    const [, session, isOpen, isLeaving, isScratch, ms, unique, , isTorn, size] = match;
    if (isOpen) open.push(session!);
    else if (isLeaving) leaving.push(session!);
    else if (isScratch) scratch.push(name);
    else if (isTorn) torn.push(name);
    else {
      taken.push({
        name,
        session: session!,
        takenAtMs: Number(ms),
        stem: `${session}.${ms}-${unique}`,
        readTo: size === undefined ? undefined : Number(size),
      });
    }
  }
  taken.sort((a, b) => a.takenAtMs - b.takenAtMs);
  return { open, leaving, taken, torn, scratch };
}
