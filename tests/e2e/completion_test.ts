/** Tab in real shells, with the hosts and folders of the history, whatever signs are in their names. */
import assert from "node:assert/strict";
import { inShell, SHELLS } from "./_shell_session.ts";

const LOADING = {
  zsh: "autoload -Uz compinit; compinit -u; source <(rr completions zsh)",
  bash: 'eval "$(rr completions bash)"',
  fish: "rr completions fish | source",
} as const;

for (const shell of SHELLS) {
  Deno.test(`${shell.name}: Tab completes filters with real hosts and folders`, async () => {
    await inShell(shell, async ({ tmux, run }) => {
      await run(` ${LOADING[shell.name]}`);
      await run(" HOSTNAME=vps-1 rr record --cmd x --cwd /srv/warehouse --hostname vps-1");
      await tmux.press("C-l");
      for (
        const [typed, whole] of [
          ["rr search host:vp", "rr search host:vps-1"],
          ["rr stats in:/srv/w", "rr stats in:/srv/warehouse"],
          ["rr search git exi", "rr search git exit:"],
          ["rr search exit:unk", "rr search exit:unknown"],
        ] as const
      ) {
        await tmux.type(typed);
        await tmux.press("Tab");
        const rows = await tmux.until((all) => all.some((row) => row.startsWith(`$ ${whole}`)));
        assert.ok(rows.length > 0);
        await tmux.press("C-u");
        await tmux.press("C-l");
      }
    });
  });
}

/** What is typed, and the command that is found with the completed word. */
const ODD_NAMES = [
  ["rr search in:/srv/it", "in an odd folder"],
  ["rr search in:/srv/a", "in another"],
  ["rr search in:/srv/it\\'s\\ a", "in an odd folder"],
  ["rr search 'host:od", "on an odd host"],
  ["rr search below:~/my", "at home"],
  ["rr search host:odd\\ h", "on an odd host"],
] as const;

for (const shell of SHELLS) {
  Deno.test(`${shell.name}: a name that Tab has completed is found, with blanks and quotes in it`, async () => {
    await inShell(shell, async ({ tmux, run }) => {
      await run(` ${LOADING[shell.name]}`);
      const record = (command: string, place: string): Promise<unknown> =>
        run(` rr record --cmd '${command}' ${place}`);
      await record("in an odd folder", `--cwd "/srv/it's a b & (c)"`);
      await record("in another", '--cwd "/srv/a;b>c"');
      await record("on an odd host", '--hostname "odd host&c"');
      await record("at home", '--cwd "$HOME/my \\\\ src"');
      await tmux.press("C-l");
      for (const [typed, found] of ODD_NAMES) {
        await tmux.type(` ${typed}`);
        await tmux.press("Tab", "Enter");
        await tmux.until((all) => all.includes(found));
        await tmux.press("C-l");
      }
    });
  });
}
