/**
 * What `rr` needs when it is run from source. The compiled binary and the units have the same list.
 *
 * Environment as a whole: the libp2p stack enumerates it for its debug switches. Network as a whole:
 * peers may be anywhere. `run` for fzf, for the service manager and for syncs in the background. `sys` for
 * the host name, network interfaces, memory and free disk space.
 */
export const RR_PERMISSIONS: readonly string[] = [
  "--no-prompt",
  "--allow-env",
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-run",
  "--allow-sys",
];
