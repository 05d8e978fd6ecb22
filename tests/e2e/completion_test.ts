/** Tab in real shells, with the hosts and folders of the history. */
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
