import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import { ExitCode } from "../exit_code.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = typeof SHELLS[number];

/** `rr completions` */
export const command: CliCommand = defineCommand<object, [string?]>({
  usage: ["bash|zsh|fish"],
  details: `Examples:
  eval "$(rr completions bash)"             in ~/.bashrc
  source <(rr completions zsh)              in ~/.zshrc, after compinit
  rr completions fish > ~/.config/fish/completions/rr.fish`,
  flags: {},
  words: {
    kind: "tuple",
    parameters: [{
      brief: "bash, zsh or fish",
      optional: true,
      placeholder: "shell",
      proposals: SHELLS.map((completion) => ({ completion, brief: "" })),
    }],
  },
  run,
});

function run(world: World, _flags: GlobalFlags, [name]: [string?]): number {
  const shell = SHELLS.find((one) => one === (name ?? world.env("SHELL")?.split("/").at(-1)));
  if (shell === undefined) {
    throw new RrError("usage", `Cannot make completions for ${JSON.stringify(name ?? "")}`, {
      hint: `Name one of ${SHELLS.join(", ")}`,
    });
  }
  world.stdout.write(SCRIPTS[shell]);
  return ExitCode.OK;
}

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# Completions of rr for bash.
_rr() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    # A lone TAB: nothing fits, not even a file.
    if [[ $line == $'\\t' ]]; then compopt +o default 2>/dev/null; continue; fi
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _rr rr
`,
  zsh: `#compdef rr
# Completions of rr for zsh.
_rr() {
  local -a out
  local line files=1
  while IFS= read -r line; do
    files=0
    # A lone TAB: nothing fits, not even a file.
    [[ $line == $'\\t' ]] && continue
    out+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( $#out )); then _describe rr out; elif (( files )); then _files; fi
}
compdef _rr rr
`,
  fish: `# Completions of rr for fish.
function __rr_complete
  set -l words (commandline -opc) (commandline -ct)
  $words[1] __complete $words[2..-1] 2>/dev/null
end
# A lone TAB: nothing fits, not even a file.
complete -c rr -f -n 'test -n (__rr_complete | string collect)' -a '(__rr_complete | string match -v "\\t")'
complete -c rr -F -n 'test -z (__rr_complete | string collect)'
`,
};
