/** Tasks that live and end together. */
import { linkedController } from "./linked_signal.ts";

/**
 * Runs all of `tasks` with one signal and resolves when every one has let go. As soon as one ends, by
 * itself or by a failure, the others are told to stop, so nothing is ever left running.
 *
 * @throws what the first task to fail threw, unless `signal` was aborted before; then nothing
 */
export async function together(
  signal: AbortSignal,
  ...tasks: readonly ((signal: AbortSignal) => Promise<void>)[]
): Promise<void> {
  using end = linkedController(signal);
  let failure: { readonly error: unknown } | undefined;
  const run = async (task: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    try {
      await task(end.signal);
    } catch (error) {
      if (!end.signal.aborted) failure = { error };
    } finally {
      end.abort(new Error("A task that belongs to this one has ended"));
    }
  };
  await Promise.all(tasks.map(run));
  if (failure !== undefined) throw failure.error;
}
