/** The picker's keys in real shells, painted by a process and by the daemon: what each leaves on the line. */
import assert from "node:assert/strict";
import { Daemon } from "./_daemon.ts";
import { inShell, modesOf, type Session, SHELLS } from "./_shell_session.ts";

const isClosed = (rows: readonly string[]): boolean => !rows.some((row) => row.includes("fuzzy"));

/** What the picker lists, the best first. */
const listed = (rows: readonly string[]): string[] =>
  rows.flatMap((row) => /^[> ] +(?:now|\d).* (echo \w+) {2}/.exec(row)?.[1] ?? []);

/**
 * Opens the picker on the line `echo`, presses the keys, and says what was listed and what is on the screen
 * when the picker is closed.
 */
async function after(
  { tmux, open }: Session,
  ...keys: readonly string[]
): Promise<{ list: string[]; left: string[] }> {
  await tmux.press("C-u");
  await tmux.press("C-l");
  await tmux.until((rows) => rows.filter((row) => row !== "").join() === "$");
  await tmux.type("echo");
  await tmux.untilText("$ echo");
  const before = await modesOf(tmux);
  await open("C-r");
  const list = listed(await tmux.until((rows) => listed(rows).length === 3));
  for (const key of keys) await tmux.press(key);
  await tmux.until(isClosed);
  // Whatever is painted later still would stand behind it.
  await tmux.type(" #");
  await tmux.until((rows) => rows.some((row) => row.endsWith(" #")));
  assert.equal(await modesOf(tmux), before);
  return { list, left: (await tmux.screen()).filter((row) => row !== "") };
}

/** Keys, and the row whose command they put on the line; none leaves it as it was. */
type Way = readonly [row: number | undefined, ...keys: string[]];
const FEW: readonly Way[] = [[1, "Down", "Enter"], [1, "M-2"], [undefined, "C-y", "C-g"]];
const ALL: readonly Way[] = [
  ...FEW,
  [0, "Tab"],
  // It writes a filter, which goes with the picker.
  [undefined, "M-w", "C-g"],
  // The question is answered with no.
  [undefined, "C-d", "n", "C-g"],
];

async function keysWork(session: Session, ways: readonly Way[]): Promise<void> {
  for (const [row, ...keys] of ways) {
    const { list, left } = await after(session, ...keys);
    assert.deepEqual(left, [`$ ${row === undefined ? "echo" : list[row]} #`], keys.join());
  }
  await session.tmux.press("C-u");
}

for (const shell of SHELLS) {
  Deno.test(`${shell.name}: each key of the picker leaves the line that it says, also beside a daemon`, async () => {
    await inShell(shell, async (session) => {
      const { tmux } = session;
      for (const word of ["one", "two", "three"]) {
        await tmux.type(`echo ${word}`);
        await tmux.press("Enter");
        await tmux.until((rows) => rows.includes(word));
      }
      await keysWork(session, FEW);
      await using _daemon = await Daemon.start(session);
      await keysWork(session, ALL);
    });
  });
}
