/** How large frames are, about. */
import type { Frame } from "../../../src/named/frames.ts";

/** About what the frame takes on the wire; a body as in the design: 31 bytes. */
export function bytesOf(frame: Frame): number {
  switch (frame.type) {
    case "hello":
      return 120 + 25 * frame.bases.length;
    case "tick":
      return 75;
    case "live":
      return 60 + 6 * frame.cover.length + 150 + 31 * (frame.items.length - 1);
    case "bye":
      return 40;
    case "pins":
      return 20 + 80 * frame.on.length + 35 * frame.off.length;
    case "sync":
      return 120 + 13 * (frame.buckets?.length ?? 0) +
        (frame.marks ?? []).reduce((sum, { marks }) => sum + 6 + 11 * marks.length, 0);
    case "need":
      return 20 + 5 * frame.buckets.length;
    case "ids":
      return 20 + frame.marks.reduce((sum, { marks }) => sum + 6 + 11 * marks.length, 0);
    case "want":
      return 20 + 5 * frame.buckets.length + 3 * frame.places.length;
    case "batch":
      return 60 + 31 * frame.items.length;
    case "end":
      return 50;
  }
}
