/**
 * Ends each text where many stand one after the other in UTF-8: ASCII's record separator, which no
 * command holds (a space is put in its place where one does).
 */
export const TEXT_END = 0x1e;
