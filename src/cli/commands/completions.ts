import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { COMPLETIONS } from "../../shell/completions.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import { ExitCode } from "../exit_code.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

/** `rr completions` */
export const command: CliCommand = defineCommand<object, [string?]>({
  usage: ["bash|zsh|fish"],
  details: `Examples:
  eval "$(rr completions bash)"             in ~/.bashrc
  source <(rr completions zsh)              in ~/.zshrc, after compinit
  rr completions fish > ~/.config/fish/completions/rr.fish

The file that \`rr hook --file\` makes has them already.`,
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
  world.stdout.write(COMPLETIONS[shell]);
  return ExitCode.OK;
}
