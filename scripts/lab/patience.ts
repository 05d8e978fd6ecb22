/**
 * How long a test waits for what has to happen. Where all is well nobody waits for it: it is only the
 * end of a wait for what does not come, so a slow or busy machine must not reach it.
 */
export const PATIENCE_MS = 120_000;
