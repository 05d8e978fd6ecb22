import { backoffMs, type BackoffPolicy, type RetryDeps } from "./retry.ts";

/** How often something has failed in a row, and until when it is left alone for that. */
export class Backoff {
  readonly #deps: RetryDeps;
  #failures = 0;
  #notBefore = -Infinity;

  /** Nothing has failed yet. */
  constructor(deps: RetryDeps) {
    this.#deps = deps;
  }

  /** Failures since the last success. */
  get failures(): number {
    return this.#failures;
  }

  /** Milliseconds until the next try; 0 if it may come now. */
  get remainingMs(): number {
    return Math.max(0, this.#notBefore - this.#deps.clock.monotonic());
  }

  /** It failed: waits by the policy, longer after each failure in a row. */
  failed(policy: BackoffPolicy): void {
    this.#failures++;
    this.#notBefore = this.#deps.clock.monotonic() +
      backoffMs(this.#failures, policy, this.#deps.random);
  }

  /** It went well, or there is a reason to try at once. */
  forgive(): void {
    this.#failures = 0;
    this.#notBefore = -Infinity;
  }
}
