/** Keeps our record in the directories, and takes it back at the end. */
import type { Clock } from "../../base/clock.ts";
import { withDeadline } from "../../base/async/deadline.ts";
import type { Logger } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import { backoffMs } from "../../base/async/retry.ts";
import { causeChain } from "../../base/rr_error.ts";
import type { Directory } from "../ports.ts";
import type { OwnRecord } from "../../swarm/peer.ts";
import { untilAborted } from "../../base/async/until_aborted.ts";
import { Wake } from "../../base/async/wake.ts";

/**
 * Longest time between two registrations: a directory that was restarted knows nobody until then.
 * The original registers this often too.
 */
const LONGEST_RENEWAL_MS = 30_000;
/** Shortest time between two, whatever life span a directory claims to give. */
const SHORTEST_RENEWAL_MS = 1_000;
/** Pauses after failures: a directory that is down costs little, one that is back is found soon. */
const RETRY = { baseMs: 1_000, capMs: 60_000 };
/** Longest wait for one registration. */
const REGISTER_MS = 10_000;
/** Longest wait for taking the records back; the process has 500 ms to end after a signal. */
const WITHDRAW_MS = 250;

/** What announcing needs. */
export interface AnnounceDeps {
  readonly directories: readonly Directory[];
  /** What to say of us now. Without addresses nothing is said: nobody could do anything with it. */
  readonly own: () => OwnRecord;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Told when a directory that had failed has taken us in again. */
  readonly onRecovered?: (() => void) | undefined;
}

/** Announces this device. */
export class Announcer {
  readonly #deps: AnnounceDeps;
  readonly #wakes = new Map<Directory, Wake>();
  readonly #registered = new Set<Directory>();

  /** Prepares announcing; nothing is said yet. */
  constructor(deps: AnnounceDeps) {
    this.#deps = deps;
    for (const directory of deps.directories) this.#wakes.set(directory, new Wake(deps.clock));
  }

  /**
   * Registers with every directory, each at its own pace, until the signal is aborted; then
   * withdraws, for at most 250 ms, and resolves. Never rejects.
   */
  async run(signal: AbortSignal): Promise<void> {
    const keeping = this.#deps.directories.map((one) => this.#keep(one, signal));
    await Promise.all([...keeping, untilAborted(signal)]);
    await this.#withdraw();
  }

  /** Registers again at once, because our addresses are others now. */
  addressesChanged(): void {
    for (const wake of this.#wakes.values()) wake.now();
  }

  async #keep(directory: Directory, signal: AbortSignal): Promise<void> {
    const { random, logger } = this.#deps;
    const wake = this.#wakes.get(directory)!;
    let failures = 0;
    while (!signal.aborted) {
      let pause: number;
      try {
        pause = await this.#register(directory, signal);
        if (failures > 0) {
          logger.info("Registered again", { directory: directory.name });
          this.#deps.onRecovered?.();
        }
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (failures === 0) {
          const fields = { directory: directory.name, error: causeChain(error) };
          logger.warn("Could not register, trying again and again", fields);
        }
        pause = backoffMs(++failures, RETRY, random);
      }
      await wake.wait(pause, signal).catch(() => {}); // only an abort, which the loop asks for
    }
  }

  /** Registers once; the time until the next registration. */
  async #register(directory: Directory, signal: AbortSignal): Promise<number> {
    const { clock, own } = this.#deps;
    const record = own();
    if (record.addrs.length === 0) return LONGEST_RENEWAL_MS;
    // From here on the directory may have it, even if we never see the answer.
    this.#registered.add(directory);
    const seconds = await withDeadline(
      REGISTER_MS,
      (inner) => directory.register(record, inner),
      { clock, signal, what: `register with ${directory.name}` },
    );
    const half = Number.isFinite(seconds) && seconds > 0 ? seconds * 500 : LONGEST_RENEWAL_MS;
    return Math.min(Math.max(half, SHORTEST_RENEWAL_MS), LONGEST_RENEWAL_MS);
  }

  async #withdraw(): Promise<void> {
    const { clock, own, logger } = this.#deps;
    const { peer } = own();
    await Promise.all([...this.#registered].map(async (directory) => {
      const options = { clock, what: `withdraw from ${directory.name}` };
      try {
        await withDeadline(WITHDRAW_MS, (inner) => directory.withdraw(peer, inner), options);
      } catch (error) {
        logger.debug("Could not withdraw", { directory: directory.name, error: causeChain(error) });
      }
    }));
    this.#registered.clear();
  }
}
