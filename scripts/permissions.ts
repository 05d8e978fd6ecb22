/**
 * What `rr` is given when it is run from source, and what the compiled program has built in: everything.
 *
 * Deno opens the terminal of a shell that waits for its picker only for a program that may do everything,
 * whatever paths it may read and write. With less, the daemon would answer no ctrl-r, without an error.
 * Besides that it needs all of the environment (the libp2p stack enumerates it for its debug switches),
 * all of the network, files anywhere, and `run` for fzf, the service manager and syncs in the background.
 */
export const RR_PERMISSIONS: readonly string[] = ["--no-prompt", "--allow-all"];
