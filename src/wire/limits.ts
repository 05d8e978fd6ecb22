/** The sizes beyond which a message is refused, and why each is what it is. */

const KIB = 1024;
const MIB = 1024 * KIB;

/** How large one kind of message may be. A message of exactly the size passes. */
export interface MessageLimit {
  /** Bytes on the stream: the zstd frame, or the JSON where nothing is compressed. */
  readonly wireBytes: number;
  /** Bytes of JSON in a compressed message. */
  readonly jsonBytes: number;
}

// All of these but one are the original's: a larger message would be refused by its reader, a smaller
// limit would refuse what it may send.

/** A pull request holds two integers; the rest is room for fields that later programs add. */
export const PULL_REQUEST_LIMIT: MessageLimit = { wireBytes: 64 * KIB, jsonBytes: 256 * KIB };
/** The most that a peer reads of an answer. Ours stay far below: see `sync/serve.ts`. */
export const PULL_REPLY_LIMIT: MessageLimit = { wireBytes: 32 * MIB, jsonBytes: 128 * MIB };
/**
 * The most that we read of an answer. Whoever gives more is asked for fewer entries at once, and no
 * entry alone is larger: its command has at most 1,048,576 characters of 6 bytes each. What is read
 * stands in memory several times, so that more of it would cost hundreds of megabytes.
 */
export const PULL_REPLY_READ_LIMIT: MessageLimit = { wireBytes: 12 * MIB, jsonBytes: 12 * MIB };
/** The most that a peer takes in one push; also bounds what a stranger can make us hold. */
export const PUSH_REQUEST_LIMIT: MessageLimit = { wireBytes: 16 * MIB, jsonBytes: 64 * MIB };
/** A push answer holds a boolean and two integers. */
export const PUSH_REPLY_LIMIT: MessageLimit = { wireBytes: 64 * KIB, jsonBytes: 256 * KIB };

/**
 * Largest window that a frame may ask the decoder to keep. RFC 8878 (section 3.1.1.1.2) recommends
 * that every decoder supports 8 MiB and names it as a fit limit; the original writes level 1, which
 * needs 512 KiB. A frame could otherwise have us set aside 128 MiB for a few bytes.
 */
export const MAX_WINDOW_BYTES = 8 * MIB;

/**
 * Most frames in one message. The original reads any number and writes one; each costs a decoder of
 * its own, and an empty one is only nine bytes long.
 */
export const MAX_FRAMES = 64;

/** Longest piece of a foreign id that is repeated in a log line. */
export const MAX_SHOWN_ID_CHARS = 128;

/**
 * Most entries in one message that may break a rule, each of which is named. As many as an answer of ours
 * has; a message of numbers instead of entries may hold millions, which took eight seconds.
 */
export const MAX_REJECTED = 3_000;
