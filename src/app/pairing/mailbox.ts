/** Pairing through the mailbox of a tracker. */
import { MailboxClient } from "../../tracker/client/mailbox_client.ts";
import { type GuestLine, type HostWay, WayError } from "./lines.ts";
import type { WayDeps } from "./tcp.ts";

/** A tracker and how to be let in. */
export interface TrackerPlace {
  readonly baseUrl: string;
  readonly token?: string | undefined;
}

/**
 * Opens a mailbox; `"taken"` if the number is somebody else's.
 *
 * @throws {RrError} if the tracker cannot be reached or has no mailboxes
 */
export async function openMailboxWay(
  tracker: TrackerPlace,
  number: number,
  hello: Uint8Array,
  deps: WayDeps,
  signal: AbortSignal,
): Promise<HostWay | "taken"> {
  const box = new MailboxClient(tracker, number, deps);
  const opened = await box.post("hello", hello, signal);
  if (opened === "taken") return "taken";
  if (opened === "missing") {
    throw new WayError(`the tracker ${box.name} is too old to pair through: update rr there`);
  }
  const wait = async (slot: "answer" | "reply", until: AbortSignal): Promise<Uint8Array> => {
    const found = await box.wait(slot, until);
    if (found === "missing") throw new WayError(`the tracker ${box.name} lost the mailbox`);
    return found;
  };
  let answered = false;
  return {
    name: `the tracker ${box.name}`,
    line: async (until) => {
      const answer = await wait("answer", until);
      answered = true;
      return {
        name: `the tracker ${box.name}`,
        answer,
        send: async (message) => void await box.post("offer", message, signal),
        reply: (later) => wait("reply", later),
      };
    },
    // A mailbox that was answered must stay until the other side has read the last word.
    [Symbol.asyncDispose]: async () => {
      if (!answered) await box.close().catch(() => {}); // it ends by itself in ten minutes
    },
  };
}

/**
 * The host that has opened this mailbox.
 *
 * @throws {WayError} if there is none, or somebody has used the code
 */
export async function findMailbox(
  tracker: TrackerPlace,
  number: number,
  deps: WayDeps,
  signal: AbortSignal,
): Promise<GuestLine> {
  const box = new MailboxClient(tracker, number, deps);
  const hello = await box.look("hello", signal);
  if (hello === "missing" || hello === undefined) {
    throw new WayError(`nobody waits at the tracker ${box.name} with the number ${number}`);
  }
  if (await box.look("answer", signal) instanceof Uint8Array) {
    throw new WayError(`another machine has used the code already, at the tracker ${box.name}`);
  }
  return {
    name: `the tracker ${box.name}`,
    hello,
    send: async (slot, message) => {
      const posted = await box.post(slot, message, signal);
      if (posted === "stored") return;
      throw new WayError("another machine was faster with this code, or it has ended");
    },
    offer: async (until) => {
      const offer = await box.wait("offer", until);
      if (offer === "missing") throw new WayError(`the tracker ${box.name} lost the mailbox`);
      return offer;
    },
  };
}
