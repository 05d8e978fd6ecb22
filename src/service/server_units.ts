/** The system units of a server that runs the tracker or the relay; `service/` holds them as files. */
import { USER_HARDENING } from "./systemd_unit.ts";
import { EXIT_USAGE, RESTART_SEC, STOP_TIMEOUT_SEC, WATCHDOG_SEC } from "./unit.ts";

/** The servers of a swarm: both, or each by itself. */
export type ServerName = "tracker" | "relay" | "hub";

interface Server {
  readonly what: string;
  readonly command: string;
  /** Lines of the [Service] section that only this one has. */
  readonly own: string;
}

const SERVERS: Readonly<Record<ServerName, Server>> = {
  tracker: {
    what: "directory of a rustory swarm (rr tracker-serve)",
    command: "tracker-serve --bind 0.0.0.0:8850",
    own:
      `# RUSTORY_TRACKER_SERVE_TOKEN=... in a file that only root can read (mode 0600); without it, anybody who
# reaches the port can list your peers.
EnvironmentFile=-/etc/rustory/tracker.env
# It keeps no state; the folder is its home.
StateDirectory=rustory-tracker
Environment=HOME=%S/rustory-tracker
`,
  },
  relay: {
    what: "relay of a rustory swarm (rr relay-serve)",
    command: "relay-serve --listen /ip4/0.0.0.0/tcp/4001" +
      " --swarm-key %d/swarm.key --identity-key %S/rustory-relay/relay.key",
    own: `# The key of the swarm, handed in by systemd: a copy that only this service can read.
LoadCredential=swarm.key:/etc/rustory/swarm.key
# Its own key, and so its address, lives here: /var/lib/rustory-relay.
StateDirectory=rustory-relay
Environment=HOME=%S/rustory-relay
# One connection takes one descriptor, a relayed pair two.
LimitNOFILE=65536
`,
  },
  hub: {
    what: "hub of a rustory swarm: tracker and relay (rr hub)",
    command: "hub run --state %S/rustory-hub",
    own: `# Token, keys and what \`rr hub install\` was told: /var/lib/rustory-hub.
StateDirectory=rustory-hub
Environment=HOME=%S/rustory-hub
# One connection takes one descriptor, a relayed pair two.
LimitNOFILE=65536
`,
  },
};

// How rr itself reports and ends, whoever runs it.
const REPORTS = `# rr reports itself: ready, stopping, and that it is not hung.
Type=notify
`;
const RESTARTS = `Restart=always
RestartSec=${RESTART_SEC}
# ${EXIT_USAGE}: the command line is wrong, which no restart mends.
RestartPreventExitStatus=${EXIT_USAGE}
SuccessExitStatus=143
WatchdogSec=${WATCHDOG_SEC}
TimeoutStopSec=${STOP_TIMEOUT_SEC}
`;
// A server whose port is taken for a while is not given up: thirty tries in five minutes.
const BURST = `StartLimitIntervalSec=5min
StartLimitBurst=30
`;

/** For a service that runs as a user of its own; a user's own services have {@linkcode USER_HARDENING}. */
const SERVER_HARDENING =
  `# Hardening. DynamicUser= brings ProtectSystem=strict, PrivateTmp=, NoNewPrivileges=, RemoveIPC= and
# RestrictSUIDSGID=. MemoryDenyWriteExecute= is left out: it kills every program with a just-in-time
# compiler, and rr is one.
UMask=0077
# A core dump would hold the swarm key or the token.
LimitCORE=0
# No right of root, and no port below 1024.
CapabilityBoundingSet=
# No home folders, devices, kernel settings, logs or clock.
ProtectHome=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
# No processes but its own.
ProtectProc=invisible
ProcSubset=pid
# Users it does not need to see.
PrivateUsers=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
`;

/** Where the unit of a hub keeps its state. */
export const HUB_STATE = "/var/lib/rustory-hub";

/**
 * The unit of a hub that a user's own systemd runs.
 *
 * @param start the value of `ExecStart=`, already escaped
 * @param more whole lines for the service, with their newlines
 */
export function userHubUnit(start: string, more: string): string {
  return `# rustory: ${SERVERS.hub.what}.
# Written by "rr hub install"; "systemctl --user edit rustory-hub" keeps changes in a file of their own.

[Unit]
Description=The ${SERVERS.hub.what}
${BURST}
[Service]
${REPORTS}${more}ExecStart=${start}
${RESTARTS}# One connection takes one descriptor, a relayed pair two.
LimitNOFILE=65536

${USER_HARDENING}
[Install]
WantedBy=default.target
`;
}

/** The system unit that runs one of the servers as a user of its own. */
export function serverUnit(name: ServerName): string {
  const { what, command, own } = SERVERS[name];
  return `# rustory: ${what}.
# For a server. Copy to /etc/systemd/system/; service/README.md has the steps.

[Unit]
Description=The ${what}
Wants=network-online.target
After=network-online.target
${BURST}
[Service]
${REPORTS}ExecStart=/usr/local/bin/rr ${command}
${RESTARTS}
# A user that exists only while the service runs, with a state folder of mode 0700.
DynamicUser=yes
StateDirectoryMode=0700
${own}
${SERVER_HARDENING}
[Install]
WantedBy=multi-user.target
`;
}
