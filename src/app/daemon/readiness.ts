/** Telling the service manager when the daemon is up, and what it is at. */
import type { Clock } from "../../base/clock.ts";
import type { ServiceNotifier } from "../../process/notify.ts";

/** Latest time to tell the service manager that we are up; it gives up after 90 s. */
const READY_MS = 15_000;

/** Says `ready` once, and again after each reload; everything else is a status. */
export class Readiness {
  readonly #notifier: ServiceNotifier;
  readonly #clock: Clock;
  #isReady = false;

  /** Says nothing yet. */
  constructor(notifier: ServiceNotifier, clock: Clock) {
    this.#notifier = notifier;
    this.#clock = clock;
  }

  /** The daemon is up and does what `text` says. */
  tell(text: string): void {
    if (this.#isReady) this.#notifier.status(text);
    else this.#notifier.ready(text);
    this.#isReady = true;
  }

  /**
   * Tells it after a while if nothing else did: a round may take as long as its slowest peer, and a
   * start jitter as long as somebody wishes.
   */
  tellLater(text: () => string, signal: AbortSignal): void {
    this.#clock.sleep(READY_MS, signal).then(() => {
      if (!this.#isReady) this.tell(text());
    }, () => {});
  }

  /** A new configuration is taken over; the daemon is ready again when that has worked. */
  reloading(): void {
    this.#notifier.reloading();
    this.#isReady = false;
  }
}
