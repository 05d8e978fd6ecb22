/** A controller that is also aborted by other signals, until it is disposed of. */
export interface LinkedController extends Disposable {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

/**
 * A controller that passes on the first abort of `signals`. Unlike `AbortSignal.any`, it leaves nothing
 * behind on a signal that lives as long as the process.
 */
export function linkedController(
  ...signals: readonly (AbortSignal | undefined)[]
): LinkedController {
  const own = new AbortController();
  const undo = new AbortController();
  for (const signal of signals) {
    if (signal?.aborted) own.abort(signal.reason);
    signal?.addEventListener("abort", () => own.abort(signal.reason), {
      once: true,
      signal: undo.signal,
    });
  }
  return {
    signal: own.signal,
    abort: (reason) => own.abort(reason),
    [Symbol.dispose]: () => undo.abort(),
  };
}
