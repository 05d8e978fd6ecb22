/** The stream protocols of version 1, as the original Rust `rr` names them. */

/** One id and how its bodies are written. */
export interface Protocol {
  readonly id: string;
  /** Whether the bodies are zstd frames of the JSON, or the JSON itself. */
  readonly compressed: boolean;
}

/** What a stream is opened for. */
export type Exchange = "pull" | "push";

/** The ids of each exchange, the one to propose first standing first. */
export const PROTOCOLS: Readonly<Record<Exchange, readonly Protocol[]>> = {
  pull: [
    { id: "/rustory/sync-pull/1.0.1", compressed: true },
    { id: "/rustory/sync-pull/1.0.0", compressed: false },
  ],
  push: [
    { id: "/rustory/entries-push/1.0.1", compressed: true },
    { id: "/rustory/entries-push/1.0.0", compressed: false },
  ],
};
