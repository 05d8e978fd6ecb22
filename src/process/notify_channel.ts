/**
 * The ways to a datagram socket of the Unix kind, which neither runtime has for everyone: Deno has it with
 * `--unstable-net` (our compiled program is built with it), Node not at all. Elsewhere `systemd-notify`,
 * which every systemd brings along, does it; the unit then needs `NotifyAccess=all`, since the message comes
 * from a child.
 */
import { spawn } from "node:child_process";
import { RrError } from "../base/rr_error.ts";

/** Sends messages to a service manager. */
export interface NotifyChannel extends Disposable {
  readonly way: "datagram" | "helper";
  /** Sends `NAME=value` lines as one message. */
  send(lines: readonly string[]): Promise<void>;
}

const HELPER = "systemd-notify";
/** The helper waits until its message was read; a manager that hangs must not collect helpers. */
const HELPER_TIMEOUT_MS = 5_000;

interface UnixAddress {
  readonly transport: "unixpacket";
  readonly path: string;
}

interface DatagramSocket {
  send(data: Uint8Array, to: UnixAddress): Promise<number>;
  close(): void;
}

type ListenDatagram = (own: UnixAddress) => DatagramSocket;

/**
 * The best way there is to `address`, the value of `NOTIFY_SOCKET`.
 *
 * @param own a text that no other process of this machine has
 */
export function openNotifyChannel(address: string, own: string): NotifyChannel {
  const { Deno } = globalThis as { readonly Deno?: { readonly listenDatagram?: ListenDatagram } };
  const isUnix = address.startsWith("/") || address.startsWith("@");
  return Deno?.listenDatagram && isUnix
    ? datagramChannel(Deno.listenDatagram, address, own)
    : { way: "helper", send: runHelper, [Symbol.dispose]: () => {} };
}

/** A leading `@` stands for the zero byte of a name that is in no file system. */
function datagramChannel(listen: ListenDatagram, address: string, own: string): NotifyChannel {
  const path = address.replace(/^@/, "\0");
  let socket: DatagramSocket | undefined;
  return {
    way: "datagram",
    async send(lines): Promise<void> {
      // A socket needs a name of its own, which nobody uses; this kind leaves no file behind.
      socket ??= listen({ transport: "unixpacket", path: `\0rustory-notify-${own}` });
      const data = new TextEncoder().encode(lines.join("\n"));
      await socket.send(data, { transport: "unixpacket", path });
    },
    [Symbol.dispose](): void {
      socket?.close();
      socket = undefined;
    },
  };
}

function runHelper(lines: readonly string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn(HELPER, [...lines], { stdio: "ignore", timeout: HELPER_TIMEOUT_MS });
  child.once("error", (cause) => {
    reject(new RrError("io", `Cannot run "${HELPER}": ${cause.message}`, { cause }));
  });
  child.once("exit", (code, signal) => {
    if (code === 0) resolve();
    else reject(new RrError("io", `"${HELPER}" failed with ${code ?? signal}`));
  });
  return promise;
}
