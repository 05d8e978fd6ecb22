/** Telling systemd how we are: the protocol of `sd_notify(3)`. Does nothing where nobody listens. */
import type { Clock } from "../base/clock.ts";
import { withDeadline } from "../base/async/deadline.ts";
import type { Logger } from "../base/log.ts";
import { causeChain, RrError } from "../base/rr_error.ts";
import type { World } from "../base/world.ts";
import { type NotifyChannel, openNotifyChannel } from "./notify_channel.ts";

/** What a service tells its manager. Nothing of it fails or waits: messages go out in order, behind the scenes. */
export interface ServiceNotifier extends AsyncDisposable {
  /** How messages go out; `none` if there is no manager. */
  readonly way: NotifyChannel["way"] | "none";
  /** The service is up, or up again after {@linkcode reloading}. */
  ready(status: string): void;
  /** What it is doing now, for `systemctl status`. Only the last of several that wait is sent. */
  status(text: string): void;
  /** It reads its config again. */
  reloading(): void;
  /** It goes down. */
  stopping(): void;
  /** Resolves when all that was said so far is out, or could not be sent. */
  flush(): Promise<void>;
}

/** What the notifier needs. */
export interface NotifierDeps {
  readonly world: Pick<World, "env" | "pid" | "clock">;
  readonly logger: Logger;
  /** Whether to give signs of life. @default {always} */
  readonly isAlive?: (() => boolean) | undefined;
  /** @default {the one the environment names} */
  readonly channel?: NotifyChannel | undefined;
}

const MAX_STATUS_CHARS = 512;
/** Time for the last words at the end, out of the half second in which a service stops. */
const GOODBYE_MS = 250;

/**
 * Opens the way to the service manager that `NOTIFY_SOCKET` names. If it wants signs of life
 * (`WATCHDOG_USEC`), gives them twice as often as asked, from the event loop: one that hangs gives
 * none, nor does one whose listeners stay shut.
 */
export function openServiceNotifier(deps: NotifierDeps): ServiceNotifier {
  const { world } = deps;
  const socket = world.env("NOTIFY_SOCKET");
  const channel = deps.channel ??
    (socket === undefined
      ? undefined
      : openNotifyChannel(socket, `${world.pid}-${world.clock.now()}`));
  return channel ? new Notifier(channel, deps) : SILENT;
}

const SILENT: ServiceNotifier = {
  way: "none",
  ready: () => {},
  status: () => {},
  reloading: () => {},
  stopping: () => {},
  flush: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

class Notifier implements ServiceNotifier {
  readonly way: NotifyChannel["way"];
  readonly #channel: NotifyChannel;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #waiting: string[][] = [];
  #sending: Promise<void> | undefined;
  readonly #isAlive: () => boolean;
  #hasFailed = false;

  constructor(channel: NotifyChannel, { world, logger, isAlive }: NotifierDeps) {
    this.#isAlive = isAlive ?? ((): boolean => true);
    this.way = channel.way;
    this.#channel = channel;
    this.#logger = logger;
    this.#clock = world.clock;
    const everyMs = watchdogMs(world);
    if (everyMs !== undefined) this.#watch(world, everyMs).catch(() => {}); // ends by the abort
  }

  ready(status: string): void {
    this.#say("READY=1", `STATUS=${oneLine(status)}`);
  }

  status(text: string): void {
    const last = this.#waiting.at(-1);
    if (last?.length === 1 && last[0]!.startsWith("STATUS=")) this.#waiting.pop();
    this.#say(`STATUS=${oneLine(text)}`);
  }

  reloading(): void {
    this.#say("RELOADING=1");
  }

  stopping(): void {
    this.#say("STOPPING=1");
  }

  flush(): Promise<void> {
    return this.#sending ?? Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new RrError("io", "The notifier is closed"));
    const what = "tell systemd all";
    await withDeadline(GOODBYE_MS, () => this.flush(), { clock: this.#clock, what }).catch(
      () => {},
    );
    this.#channel[Symbol.dispose]();
  }

  #say(...lines: string[]): void {
    this.#waiting.push(lines);
    this.#sending ??= this.#drain().finally(() => this.#sending = undefined);
  }

  async #drain(): Promise<void> {
    for (let lines = this.#waiting.shift(); lines; lines = this.#waiting.shift()) {
      try {
        await this.#channel.send(lines);
      } catch (error) {
        if (!this.#hasFailed) {
          this.#logger.warn("Cannot tell systemd how we are", { error: causeChain(error) });
        }
        this.#hasFailed = true;
      }
    }
  }

  async #watch(world: NotifierDeps["world"], everyMs: number): Promise<void> {
    for (;;) {
      await world.clock.sleep(everyMs, this.#stop.signal);
      if (this.#isAlive()) this.#say("WATCHDOG=1");
    }
  }
}

/** Half of what the manager waits for; `undefined` if it does not watch this process. */
function watchdogMs(world: NotifierDeps["world"]): number | undefined {
  const usec = Number(world.env("WATCHDOG_USEC"));
  const pid = world.env("WATCHDOG_PID");
  const isForUs = pid === undefined || Number(pid) === world.pid;
  return isForUs && usec > 0 ? Math.max(1, usec / 2_000) : undefined;
}

/** A line break would begin another message. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ").slice(0, MAX_STATUS_CHARS);
}
