/** Whose fault it is that something could not be taken in. */
import { RrError } from "../base/rr_error.ts";

/** Longest pause after a failure of our own store, however often it fails: nothing tells that it works again. */
export const STORE_PAUSE_MS = 5_000;

/** Whether it is this device's store that failed, a full disk above all, and no peer that broke the protocol. */
export function isOfStore(error: Error): boolean {
  return error instanceof RrError && (error.code === "database" || error.code === "io");
}
