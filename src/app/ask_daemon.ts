/**
 * What the daemon of a history is asked, with the types of its answers. It is the same program, and its
 * socket is private to this user: an answer is taken for what it is asked for. One of an older version may
 * lack what came later. All of these fail as {@linkcode callControl} does.
 */
import { RrError } from "../base/rr_error.ts";
import { callControl, type CallControlOptions } from "../control/client.ts";
import { controlSocketPath } from "../control/socket_path.ts";
import type { ControlVerb } from "../control/protocol.ts";
import type { SyncSummary } from "./daemon/status/daemon_control.ts";
import type { DaemonStatus } from "./daemon/status/daemon_status.ts";

type Options = Omit<CallControlOptions, "onEvent">;

/** How it stands with the daemon now. */
export function askStatus(dbPath: string, options: Options = {}): Promise<DaemonStatus> {
  return ask<DaemonStatus>(dbPath, "status", options);
}

/** Has it sync with everybody now; what came of it. Takes as long as that takes. */
export function askToSync(dbPath: string, options: Options = {}): Promise<SyncSummary> {
  return ask<SyncSummary>(dbPath, "sync", options);
}

/** Has it read its config again; the keys that it cannot take up while it runs. */
export async function askToReload(dbPath: string): Promise<readonly string[]> {
  const answer = await ask<{ readonly needs_restart: readonly string[] }>(dbPath, "reload", {});
  return answer.needs_restart;
}

/** Its status now and each second, until the signal is aborted or it ends. */
export async function watchStatus(
  dbPath: string,
  onStatus: (status: DaemonStatus) => void,
  signal: AbortSignal,
): Promise<void> {
  const onEvent = (event: unknown): void => onStatus(asked<DaemonStatus>("watch", event));
  await callControl(controlSocketPath(dbPath), { verb: "watch" }, { signal, onEvent });
}

async function ask<T extends object>(
  dbPath: string,
  verb: ControlVerb,
  options: Options,
): Promise<T> {
  return asked<T>(verb, await callControl(controlSocketPath(dbPath), { verb }, options));
}

function asked<T extends object>(verb: ControlVerb, answer: unknown): T {
  if (typeof answer === "object" && answer !== null) return answer as T;
  throw new RrError("invalid", `The daemon answers "${verb}" with ${JSON.stringify(answer)}`);
}
