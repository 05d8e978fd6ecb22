/** How the shells are started whose ctrl-r is measured. */

/** The shells. */
export const SHELLS = ["zsh", "bash", "fish"] as const;
/** One of them. */
export type ShellName = typeof SHELLS[number];
/** fzf's own bindings of Debian, with the name of the shell behind. */
export const FZF_BINDINGS = "/usr/share/doc/fzf/examples/key-bindings.";

/** The line that loads the hook of rr. */
export function loadHook(shell: ShellName): string {
  if (shell === "zsh") return "source <(rr hook --shell zsh)";
  return shell === "bash" ? 'eval "$(rr hook --shell bash)"' : "rr hook --shell fish | source";
}

/** The line that loads the bindings of fzf, and the history of this home. */
export function loadFzf(shell: ShellName, home: string): string {
  const bindings = `${FZF_BINDINGS}${shell}`;
  switch (shell) {
    case "zsh":
      return `HISTFILE=${home}/zsh_history HISTSIZE=2000000 SAVEHIST=0; setopt extended_history; ` +
        `fc -R; source ${bindings}`;
    case "bash":
      return `HISTSIZE=2000000 HISTTIMEFORMAT='%s '; history -r ${home}/bash_history; ` +
        `HISTFILE=/dev/null; source ${bindings}`;
    case "fish":
      return `source ${bindings}; fzf_key_bindings`;
  }
}

/** The line that loads the bindings of atuin. */
export function loadAtuin(shell: ShellName): string {
  return shell === "fish" ? "atuin init fish | source" : `eval "$(atuin init ${shell})"`;
}

/** A start file that loads something, and says when the prompt is there. */
export function startFile(shell: ShellName, load: string): string {
  const prompt = shell === "fish"
    ? "set -g fish_greeting; function fish_prompt; echo 'READY> '; end"
    : "PS1='READY> '";
  return `${prompt}\n${load}\n`;
}

/** The command line of a shell with a start file. */
export function argvOf(shell: ShellName, file: string): string[] {
  switch (shell) {
    case "zsh":
      return [
        "sh",
        "-c",
        `mkdir -p ${file}.d; cp ${file} ${file}.d/.zshrc; ` +
        `ZDOTDIR=${file}.d exec zsh -d -i`,
      ];
    case "bash":
      return ["bash", "--noprofile", "--rcfile", file, "-i"];
    case "fish":
      return ["fish", "-i", "--init-command", `source ${file}`];
  }
}
