/** What the parts of a daemon are handed, by how long they live. */
import type { ProcessParts } from "../../process/process_parts.ts";
import type { History } from "../../store/file/open_history.ts";
import type { DaemonConfig } from "./daemon_config.ts";
import type { DaemonStatus } from "./status/daemon_status.ts";
import type { SyncSession } from "../session/session.ts";
import type { ShellPicker } from "./shells/shell_picker.ts";
import type { FileGuard } from "./watch/file_guard.ts";
import type { Looks } from "./watch/looks.ts";
import type { Reason } from "./step.ts";

/** What a daemon needs. */
export interface RunDaemonDeps extends Omit<ProcessParts, keyof AsyncDisposable> {
  /** The picker for shells; without one they open their own. */
  readonly shellPicker?: ShellPicker | undefined;
}

/** For parts that live as long as the process. */
export interface DaemonContext {
  readonly deps: RunDaemonDeps;
  /** The configuration that is worked with; another one after a reload. */
  readonly config: () => DaemonConfig;
  /** The running session; `undefined` between two. */
  readonly session: () => SyncSession | undefined;
  readonly status: () => DaemonStatus;
  /** The history may have changed: who follows it shall look. */
  readonly changed: () => void;
  /** Reads the configuration again; gives the keys that need a restart. */
  readonly reload: () => readonly string[];
  /** The state of the config file when it was read last. */
  readonly configStamp: () => string;
  /** Takes why a changed key is not in use; `undefined` if the keys of the files are. */
  readonly keysProblem: (problem: string | undefined) => void;
  readonly stop: () => void;
}

/** For parts that live as long as a history is open. */
export interface HistoryContext extends DaemonContext {
  readonly history: History;
  /** Says whether the history is still the file at its path. */
  readonly guard: FileGuard;
  /** When to look at the files of the history and of the spool. */
  readonly looks: Looks;
  /** Calls `look` whenever the history may have changed, until disposed. */
  readonly onChange: (look: () => void) => Disposable;
}

/** For parts that live as long as a session. */
export interface SessionContext extends HistoryContext {
  readonly own: SyncSession;
  /** The configuration that the session was opened with. */
  readonly settings: DaemonConfig;
  /** The state of the key files before they were read for this session. */
  readonly keyStamp: string;
  /** Whether this process takes the connections of the device. */
  readonly serves: boolean;
  /** Ends the session, for which there is a reason; another act follows. */
  readonly interrupt: (why: Reason<DaemonConfig>) => void;
}
