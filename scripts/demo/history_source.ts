/** Which history the demo imports: the caller's own, read only, or the sample. */

/** A history file and the shell that wrote it. */
export interface HistorySource {
  readonly path: string;
  readonly shell: "zsh" | "bash";
  readonly label: string;
}

const SAMPLE: HistorySource = {
  path: new URL("sample_zsh_history", import.meta.url).pathname,
  shell: "zsh",
  label: "the sample history",
};

/** The caller's own history file if there is one with something in it, else the sample. */
export async function findHistory(): Promise<HistorySource> {
  const home = Deno.env.get("HOME");
  if (home === undefined) return SAMPLE;
  for (const shell of ["zsh", "bash"] as const) {
    const path = `${home}/.${shell}_history`;
    const size = await Deno.stat(path).then((info) => info.isFile ? info.size : 0, () => 0);
    if (size > 0) {
      return {
        path,
        shell,
        label: `your own ~/.${shell}_history (read only, into a temporary folder)`,
      };
    }
  }
  return SAMPLE;
}
