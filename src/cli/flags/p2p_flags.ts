/** Flags of the networked commands, and how they become settings. */
import { switchFlag, textFlag } from "./flags.ts";

type TextFlag = ReturnType<typeof textFlag>;

/** What the log of a long-running command takes. */
export interface LogFlags {
  readonly logLevel: string | undefined;
  readonly logFormat: string | undefined;
}

/** The definition of {@linkcode LogFlags}. */
export const LOG_FLAGS: { readonly [K in keyof LogFlags]-?: TextFlag } = {
  logLevel: textFlag("error, warn, info or debug [env RUSTORY_LOG_LEVEL, default info]", "level"),
  logFormat: textFlag("text or json [env RUSTORY_LOG_FORMAT, default text]", "format"),
};

/** Where metrics are served. */
export const METRICS_FLAG: TextFlag = textFlag(
  "Serve Prometheus metrics there, such as 127.0.0.1:9099 [env RUSTORY_METRICS_BIND]",
  "host:port",
);

/** How requests to peers are tried. */
export interface RequestFlags {
  readonly reqAttempts: string | undefined;
  readonly reqTimeoutBaseSec: string | undefined;
  readonly reqTimeoutCapSec: string | undefined;
  readonly reqBackoffBaseMs: string | undefined;
}

/** The definition of {@linkcode RequestFlags}. */
export const REQUEST_FLAGS: { readonly [K in keyof RequestFlags]-?: TextFlag } = {
  reqAttempts: textFlag("Tries of a request [env RUSTORY_P2P_REQUEST_ATTEMPTS, default 3]", "n"),
  reqTimeoutBaseSec: textFlag(
    "Longest silence in the first try; doubles [env RUSTORY_P2P_REQUEST_TIMEOUT_BASE_SEC, default 5]",
    "sec",
  ),
  reqTimeoutCapSec: textFlag(
    "Longest silence in any try [env RUSTORY_P2P_REQUEST_TIMEOUT_CAP_SEC, default 30]",
    "sec",
  ),
  reqBackoffBaseMs: textFlag(
    "Pause after the first failure; doubles [env RUSTORY_P2P_REQUEST_BACKOFF_BASE_MS, default 200]",
    "ms",
  ),
};

/** Reaching peers only through relays. */
export const RELAY_ONLY_FLAG: ReturnType<typeof switchFlag> = switchFlag(
  "Neither take nor make direct connections, only relayed ones [env RUSTORY_P2P_RELAY_ONLY]",
);
