/** atuin, where it is installed, beside which the picker is measured. */

/** Takes the zsh history of a home into atuin, which is asked to speak to no server; whether there is an atuin. */
export function fillAtuin(home: string, env: Readonly<Record<string, string>>): boolean {
  const folder = `${home}/.config/atuin`;
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(`${folder}/config.toml`, "auto_sync = false\nupdate_check = false\n");
  try {
    const { success } = new Deno.Command("atuin", {
      args: ["import", "zsh"],
      env: { ...env, HISTFILE: `${home}/zsh_history` },
      clearEnv: true,
    }).outputSync();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
