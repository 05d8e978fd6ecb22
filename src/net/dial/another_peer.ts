/** What a failed try says where the address answers, and somebody else is there. */
export const ANOTHER_PEER = "another peer is there";
